import type { FlowInput } from '../../definition/flow-nodes.ts';
import { NEXT } from '../../definition/format.ts';
import { resolveValue } from '../../expression/resolve-value.ts';
import type { Json } from '../../json.ts';
import { nextOpen } from '../../schedule/business-hours.ts';
import { parseInstant } from '../../schedule/date-time.ts';
import { StepInputError } from '../step-input-error.ts';
import type { Outcome, Site } from './outcome.ts';

export function startWaitUntil(input: FlowInput<'flow.wait_until'>, { names, now, zone }: Site): Outcome {
  if (input.businessHours !== undefined) return waitFor(nextOpen(input.businessHours, zone, now), now);
  const at = momentOf(resolveValue(input.at ?? null, names), zone);
  return at < now ? past(input.ifPast, at) : waitFor(at, now);
}

function waitFor(dueAt: number, now: number): Outcome {
  const input = { at: new Date(dueAt).toISOString() };
  if (dueAt === now) return { kind: 'leave', port: NEXT, output: null, input };
  return { kind: 'sleep', timer: { dueAt, since: null }, input };
}

function past(ifPast: FlowInput<'flow.wait_until'>['ifPast'], at: number): Outcome {
  const input = { at: new Date(at).toISOString() };
  switch (ifPast) {
    case 'continue':
      return { kind: 'leave', port: NEXT, output: null, input };
    case 'skip':
      return { kind: 'leave', port: null, output: null, input };
    case 'stop':
      return { kind: 'stop-run', status: 'completed', message: `The moment ${input.at} had passed.`, output: null };
  }
}

/** Text is a date or time, a number is milliseconds since the epoch (as `now` is). */
function momentOf(value: Json, zone: string): number {
  if (typeof value === 'string') return parseInstant(value, zone);
  if (typeof value === 'number' && Math.abs(value) <= 8.64e15) return Math.trunc(value);
  throw new StepInputError(
    `'at' must be a date or time such as 2026-03-29T09:00, but came out as ${JSON.stringify(value).slice(0, 100)}.`,
  );
}
