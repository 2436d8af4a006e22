import { EMPTY_LIST } from './chunked-list.ts';
import type { Run, RunIdentity } from './run.ts';
import { ROOT } from './step-key.ts';

/** A run that has been accepted and has not begun: `run-started` is the first event to give it. */
export function startRun(identity: RunIdentity): Run {
  return {
    ...identity,
    status: 'queued',
    dueAt: null,
    parked: null,
    vars: {},
    state: {
      phase: { kind: 'new' },
      scopes: {
        [ROOT]: {
          key: ROOT,
          loop: null,
          parent: null,
          path: '',
          index: 0,
          steps: {},
          outputs: {},
          open: 0,
          dueAt: null,
          undoable: false,
        },
      },
      kept: EMPTY_LIST,
      undo: EMPTY_LIST,
      undoing: null,
      reopened: null,
      hasUndone: false,
      ready: [],
      seq: 0,
      started: 0,
      startLimit: 0,
      performing: 0,
      deadline: null,
    },
  };
}
