import type { Json } from '../json.ts';
import type { Draft } from './draft.ts';
import { scopeOrKept } from './names-at.ts';
import type { StepRecord, StepStatus } from './run.ts';
import type { Begun, Place, StepError } from './state.ts';
import { nodeIdOf, stepKey } from './step-key.ts';

type Standing = {
  readonly status: StepStatus;
  readonly finishedAt?: number;
  readonly output?: Json;
  readonly error?: StepError | null;
  readonly port?: string | null;
  readonly dueAt?: number | null;
};

/** Asks for the step as it stands now to be written into the history. */
export function recordStep(draft: Draft, place: Place, begun: Begun, standing: Standing): StepRecord {
  const { path } = scopeOrKept(draft, place.scope);
  const record: StepRecord = {
    key: stepKey(place.step, path),
    nodeId: nodeIdOf(place.step),
    item: path === '' ? null : path,
    seq: begun.seq,
    attempt: begun.attempt,
    status: standing.status,
    startedAt: begun.startedAt,
    finishedAt: standing.finishedAt ?? null,
    input: begun.input,
    output: standing.output ?? null,
    error: standing.error ?? null,
    port: standing.port ?? null,
    dueAt: standing.dueAt ?? null,
  };
  draft.effects.push({ kind: 'record-step', record });
  return record;
}
