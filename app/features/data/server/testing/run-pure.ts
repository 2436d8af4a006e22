import type { PureAction } from '@mainspring/sdk/action.ts';
import type { z } from 'zod';

/** Runs a pure action as the runtime does: the input is read by its schema, and the output must fit its own. */
export function runPure<Input extends z.ZodType, Output extends z.ZodType>(
  action: PureAction<Input, Output>,
  input: unknown,
): unknown {
  const context = { now: new Date(0), log: () => {} };
  return action.output.parse(action.run(action.input.parse(input), context));
}
