import type { FlowInput, FlowType, ParsedFlowNode } from '../../definition/flow-nodes.ts';
import { startDelay } from './delay.ts';
import { startFilter } from './filter.ts';
import { startIf } from './if.ts';
import { startJoin } from './join.ts';
import { startLoop } from './loop.ts';
import type { Outcome, Site } from './outcome.ts';
import { startSet } from './set.ts';
import { startSplit } from './split.ts';
import { startStop } from './stop.ts';
import { startSwitch } from './switch.ts';
import { startWaitForEvent } from './wait-for-event.ts';
import { startWaitUntil } from './wait-until.ts';
import { startWorkflow } from './workflow.ts';

/** Decides what a flow node does when it starts. Pure; throws ExpressionError, ScheduleError or StepInputError. */
export type NodeRule<Type extends FlowType> = (input: FlowInput<Type>, site: Site) => Outcome;

/** Does not compile until a new flow type has its rule. */
const nodeRules: { readonly [Type in FlowType]: NodeRule<Type> } = {
  'flow.if': startIf,
  'flow.switch': startSwitch,
  'flow.filter': startFilter,
  'flow.loop': startLoop,
  'flow.split': startSplit,
  'flow.join': startJoin,
  'flow.delay': startDelay,
  'flow.wait_until': startWaitUntil,
  'flow.wait_for_event': startWaitForEvent,
  'flow.workflow': startWorkflow,
  'flow.set': startSet,
  'flow.stop': startStop,
};

export function startFlowNode(flow: ParsedFlowNode, site: Site): Outcome {
  // A union of rules cannot be called with a union of inputs, although each rule stands beside its own.
  const rule = nodeRules[flow.type] as NodeRule<FlowType>;
  return rule(flow.input as FlowInput<FlowType>, site);
}
