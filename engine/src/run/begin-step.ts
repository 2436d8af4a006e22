import { NEXT } from '../definition/format.ts';
import { EMPTY_LIST } from './chunked-list.ts';
import type { Draft } from './draft.ts';
import { nextSeq, putStep } from './draft.ts';
import { endRun } from './end-run.ts';
import { completeStep, failRun, failStep } from './finish-step.ts';
import { getNode } from './get-node.ts';
import { continueLoop } from './iterate.ts';
import { namesAt } from './names-at.ts';
import { startAction } from './nodes/action.ts';
import { startFlowNode } from './nodes/node-rules.ts';
import { fail, type Outcome, type Site } from './nodes/outcome.ts';
import { callWorkflow, emitChild, keyOf, performAction } from './perform.ts';
import type { PlanNode } from './plan.ts';
import { recordStep } from './record-step.ts';
import type { Begun, Place } from './state.ts';
import { stepErrorOf } from './step-error.ts';
import { zoneOf } from './zone-of.ts';

/** Starts a step whose turn has come. `again` where it began before the run was retried. */
export function beginStep(
  draft: Draft,
  place: Place,
  again?: { readonly seq: number; readonly attempt: number },
): void {
  const attempt = (again?.attempt ?? 0) + 1;
  const begun: Begun = {
    seq: again?.seq ?? nextSeq(draft),
    startedAt: draft.context.now,
    attempt,
    spent: attempt - 1,
    input: null,
  };
  const node = getNode(draft, place);
  apply(draft, place, begun, outcomeOf(draft, place, node));
}

function outcomeOf(draft: Draft, place: Place, node: PlanNode): Outcome {
  const { context, run } = draft;
  const site: Site = {
    nodeId: node.id,
    names: namesAt(draft, place.scope),
    get zone() {
      return zoneOf(draft.plan.settings.timezone, context);
    },
    now: context.now,
    run,
    timeout: node.node.timeout,
  };
  try {
    switch (node.work.kind) {
      case 'action':
        return startAction(node.node, node.work.literals, site);
      case 'flow':
        return startFlowNode(node.work.flow, site);
      case 'unusable':
        return fail('invalid_input', node.work.message);
      case 'unknown':
        throw new Error(`Node '${node.id}' of the unknown type ${node.node.type} was started.`);
    }
  } catch (error) {
    return { kind: 'fail', error: stepErrorOf(error) };
  }
}

function apply(draft: Draft, place: Place, begun: Begun, outcome: Outcome): void {
  switch (outcome.kind) {
    case 'leave':
      completeStep(draft, place, { ...begun, input: outcome.input ?? null }, outcome);
      return;
    case 'fail':
      failStep(draft, place, begun, outcome.error);
      return;
    case 'set-vars':
      draft.vars = { ...draft.vars, ...outcome.vars };
      completeStep(draft, place, begun, { output: outcome.vars, port: NEXT });
      return;
    case 'sleep':
      putStep(draft, place, { ...begun, kind: 'sleeping', input: outcome.input, timer: outcome.timer });
      recordWaiting(draft, place, { ...begun, input: outcome.input }, outcome.timer.dueAt);
      return;
    case 'listen':
      listen(draft, place, { ...begun, input: outcome.input }, outcome);
      return;
    case 'perform':
      performAction(draft, place, { ...begun, input: outcome.input });
      return;
    case 'call-workflow':
      call(draft, place, begun, outcome);
      return;
    case 'loop':
      startLooping(draft, place, begun, outcome);
      return;
    case 'stop-run':
      stop(draft, place, begun, outcome);
      return;
  }
}

type OutcomeOf<Kind extends Outcome['kind']> = Extract<Outcome, { kind: Kind }>;

function listen(draft: Draft, place: Place, begun: Begun, outcome: OutcomeOf<'listen'>): void {
  const { event, match, since, timer } = outcome;
  putStep(draft, place, { ...begun, kind: 'listening', timer });
  recordWaiting(draft, place, begun, timer?.dueAt ?? null);
  draft.effects.push({ kind: 'await-event', step: keyOf(draft, place), event, match, since });
}

function call(draft: Draft, place: Place, begun: Begun, outcome: OutcomeOf<'call-workflow'>): void {
  const { workflowId, input, wait, timer } = outcome;
  const calling = { ...begun, input: { workflow: workflowId, input, wait } };
  if (wait) {
    callWorkflow(draft, place, calling, timer);
    return;
  }
  emitChild(draft, place, calling);
  completeStep(draft, place, calling, { output: null, port: NEXT });
}

function startLooping(draft: Draft, place: Place, begun: Begun, { items }: OutcomeOf<'loop'>): void {
  const loop = { items, next: 0, live: 0, results: EMPTY_LIST, queued: false, error: null };
  putStep(draft, place, { ...begun, kind: 'looping', loop });
  recordStep(draft, place, begun, { status: 'running' });
  continueLoop(draft, place);
}

function stop(draft: Draft, place: Place, begun: Begun, outcome: OutcomeOf<'stop-run'>): void {
  const { status, output, message } = outcome;
  if (status === 'failed') {
    const error = { code: 'stopped', message: message ?? 'The workflow stopped this run as failed.' };
    failRun(draft, place, begun, error, output);
    return;
  }
  completeStep(draft, place, { ...begun, input: { status, message } }, { output, port: null });
  endRun(draft, { status, output, error: null });
}

function recordWaiting(draft: Draft, place: Place, begun: Begun, dueAt: number | null): void {
  recordStep(draft, place, begun, { status: 'waiting', dueAt });
}
