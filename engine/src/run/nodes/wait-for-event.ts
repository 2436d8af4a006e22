import { matchesEventName } from '../../definition/event-type.ts';
import type { FlowInput } from '../../definition/flow-nodes.ts';
import { evaluateCondition } from '../../expression/evaluate-expression.ts';
import { ExpressionError } from '../../expression/expression-error.ts';
import type { Names } from '../../expression/names.ts';
import { addDuration, parseDuration } from '../../schedule/duration.ts';
import type { Fact } from '../event.ts';
import { matchKeyOf } from '../match-key.ts';
import type { Outcome, Site } from './outcome.ts';
import { resolveText } from './resolve-text.ts';

export const RECEIVED = 'received';
export const TIMEOUT = 'timeout';

export function startWaitForEvent(input: FlowInput<'flow.wait_for_event'>, { names, now, zone }: Site): Outcome {
  const timeout = input.timeout === undefined ? undefined : resolveText(input.timeout, names, 'timeout');
  const lookback = input.lookback === undefined ? undefined : resolveText(input.lookback, names, 'lookback');
  return {
    kind: 'listen',
    event: input.event,
    match: input.where === undefined ? null : matchKeyOf(input.where, names),
    since: lookback === undefined ? now : addDuration(now, { ...parseDuration(lookback), sign: -1 }, zone),
    timer: timeout === undefined ? null : { dueAt: addDuration(now, timeout, zone), since: now },
    input: {
      event: input.event,
      ...(timeout !== undefined && { timeout }),
      ...(lookback !== undefined && { lookback }),
    },
  };
}

/**
 * Whether an offered event is the awaited one. Inside `where`, `event` is the offered event and hides the one that
 * started the run. An event that lacks a field which `where` reads is another kind of event, not a failure.
 */
export function isAwaited(input: FlowInput<'flow.wait_for_event'>, offered: Fact, names: Names): boolean {
  if (!matchesEventName(input.event, offered.type)) return false;
  if (input.where === undefined) return true;
  try {
    return evaluateCondition(input.where, { ...names, event: offered });
  } catch (error) {
    if (error instanceof ExpressionError) return false;
    throw error;
  }
}
