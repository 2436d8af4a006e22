import type { FlowInput } from '../../definition/flow-nodes.ts';
import { resolveValue } from '../../expression/resolve-value.ts';
import { fail, type Outcome, type Site } from './outcome.ts';

/** The iterations themselves are opened and closed by iterate.ts. */
export function startLoop(input: FlowInput<'flow.loop'>, { names }: Site): Outcome {
  if (input.items === undefined) return { kind: 'loop', items: null };
  const items = resolveValue(input.items, names);
  if (!Array.isArray(items)) {
    return fail('invalid_input', `'items' must be a list, but came out as ${JSON.stringify(items).slice(0, 100)}.`);
  }
  if (items.length > input.maxIterations) {
    return fail(
      'too_many_iterations',
      `The loop has ${items.length} items and maxIterations allows ${input.maxIterations}.`,
    );
  }
  return { kind: 'loop', items };
}
