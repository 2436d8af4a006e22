import type { FlowInput } from '../../definition/flow-nodes.ts';
import { NEXT } from '../../definition/format.ts';
import { addDuration } from '../../schedule/duration.ts';
import type { Outcome, Site } from './outcome.ts';
import { resolveText } from './resolve-text.ts';

export function startDelay(input: FlowInput<'flow.delay'>, { names, now, zone }: Site): Outcome {
  const duration = resolveText(input.for, names, 'for');
  const dueAt = addDuration(now, duration, zone);
  if (dueAt <= now) return { kind: 'leave', port: NEXT, output: null, input: { for: duration } };
  return { kind: 'sleep', timer: { dueAt, since: now }, input: { for: duration } };
}
