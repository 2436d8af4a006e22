import { beginStep } from './begin-step.ts';
import { lastOf, withoutLast } from './chunked-list.ts';
import { addScope, type Draft, dropScope, findScope, getScope, nextSeq } from './draft.ts';
import { failStep } from './finish-step.ts';
import { scopeOrKept } from './names-at.ts';
import { park } from './park.ts';
import type { PlanNode } from './plan.ts';
import type { RunFailure } from './run.ts';
import type { Undo } from './state.ts';
import { nodeIdOf, ROOT } from './step-key.ts';

/** Ends a run that has nothing left to do, or nothing left to wait for; a failed one undoes its steps first. */
export function conclude(draft: Draft): void {
  if (draft.parked !== null) return;
  const { phase } = draft;
  switch (phase.kind) {
    case 'new':
    case 'over':
      return;
    case 'going':
      if (getScope(draft, ROOT).open === 0) finish(draft, { status: 'completed', output: null, error: null });
      return;
    case 'ending':
      if (draft.performing > 0) return;
      if (phase.status !== 'failed' || phase.error === null || draft.undo.length === 0) {
        finish(draft, phase);
        return;
      }
      draft.phase = { kind: 'undoing', error: phase.error, output: phase.output };
      undoNext(draft, phase);
      return;
    case 'undoing':
      undoNext(draft, phase);
      return;
  }
}

type Failure = { readonly output: Ending['output']; readonly error: RunFailure | null };
type Ending = Omit<Extract<Draft['effects'][number], { kind: 'finish-run' }>, 'kind'>;

function finish(draft: Draft, { status, output, error }: Ending): void {
  draft.phase = { kind: 'over' };
  draft.status = status;
  draft.deadline = null;
  draft.effects.push({ kind: 'finish-run', status, output, error });
}

/** One after the other, the last completed first. A compensation that fails does not keep the rest from running. */
function undoNext(draft: Draft, { output, error }: Failure): void {
  while (draft.undoing === null) {
    const undo = lastOf(draft.undo);
    if (undo === undefined) {
      finish(draft, { status: 'failed', output, error });
      return;
    }
    if (!startUndo(draft, undo)) return;
  }
}

/** False where the run parked before it. */
function startUndo(draft: Draft, undo: Undo): boolean {
  const step = draft.plan.nodes.get(undo.record.nodeId)?.compensate ?? null;
  const node = step === null ? undefined : draft.plan.nodes.get(nodeIdOf(step));
  if (step !== null && node?.work.kind === 'unknown') {
    const type = node.node.type;
    park(draft, 'unknown_type', `Node '${node.id}' has type ${type}, which this version of Mainspring does not know.`);
    return false;
  }
  draft.undo = withoutLast(draft.undo);
  if (step === null || node === undefined) return true;
  reopen(draft, undo.scope);
  const place = { scope: undo.scope, step };
  draft.undoing = { place, undo };
  draft.hasUndone = true;
  if (canUndo(node)) beginStep(draft, place);
  else refuse(draft, place);
  return true;
}

/** Steps live in scopes: one that has ended is taken back for as long as something in it is undone. */
function reopen(draft: Draft, key: string): void {
  const previous = draft.reopened;
  if (previous !== null && previous !== key) dropScope(draft, previous);
  if (previous !== key) draft.reopened = null;
  if (findScope(draft, key) !== undefined) return;
  addScope(draft, scopeOrKept(draft, key));
  draft.reopened = key;
}

function canUndo({ node, work }: PlanNode): boolean {
  return work.kind !== 'flow' || node.type === 'flow.workflow' || node.type === 'flow.set';
}

function refuse(draft: Draft, place: { readonly scope: string; readonly step: string }): void {
  const begun = { seq: nextSeq(draft), startedAt: draft.context.now, attempt: 1, spent: 0, input: null };
  failStep(draft, place, begun, {
    code: 'invalid_compensation',
    message: 'Only actions, flow.set and flow.workflow can undo a step.',
  });
}
