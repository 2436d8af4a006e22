import type { Json } from '@mainspring/engine/json.ts';
import { defineExternal } from '@mainspring/sdk/action.ts';
import { z } from 'zod';
import { CODE_LIMITS } from '../../../../platform/sandbox/code-limits.ts';
import type { Sandbox } from '../../../../platform/sandbox/sandbox.ts';
import { codeFailure } from '../code-failure.ts';

const { timeoutMs, memoryMb } = CODE_LIMITS;
const anyValue = z.unknown() as unknown as z.ZodType<Json>;

const input = z.strictObject({
  code: z
    .string()
    .min(1)
    .max(CODE_LIMITS.codeChars)
    .meta({
      title: 'Code',
      description:
        'The body of a JavaScript function: `input` holds the input, `return` gives the result, `await` works',
      format: 'javascript',
      // Braces in a program are no template, and no data ever becomes a program.
      literal: true,
      multiline: true,
      examples: ['return input.items.filter((item) => item.price > 100)'],
    }),
  input: anyValue.optional().meta({
    title: 'Input',
    description: 'What the code sees as `input`: text, numbers, lists or objects, with expressions inside',
    examples: [{ items: { $: 'event.data.items' } }],
  }),
  timeoutMs: z
    .int()
    .min(timeoutMs.least)
    .max(timeoutMs.most)
    .default(timeoutMs.usual)
    .meta({ title: 'Time limit', description: 'In milliseconds' }),
  memoryMb: z
    .int()
    .min(memoryMb.least)
    .max(memoryMb.most)
    .default(memoryMb.usual)
    .meta({ title: 'Memory limit', description: 'In megabytes' }),
});

const log = z.object({ level: z.enum(['debug', 'info', 'warn', 'error']), message: z.string() });
const output = z.object({
  result: anyValue.meta({ description: 'What the code returned, as JSON' }),
  logs: z.array(log).meta({ description: 'What the code wrote to its console' }),
});

/** Touches nothing outside itself, so it may be called again; `external` because another process does the work. */
export function createCodeRun({ sandbox }: { readonly sandbox: Sandbox }) {
  return defineExternal({
    type: 'code.run',
    title: 'Run JavaScript',
    category: 'code',
    summary: 'Computes a value with a few lines of JavaScript, without files, network or secrets.',
    input,
    output,
    async run(given, { signal }) {
      const outcome = await sandbox.run({ ...given, input: given.input ?? null }, signal);
      if (outcome.kind !== 'returned') throw codeFailure(outcome);
      return { result: outcome.result, logs: [...outcome.logs] };
    },
    dryRun(given) {
      const lines = given.code.split('\n').length;
      return {
        output: { result: null, logs: [] },
        summary: `Would run ${lines} ${lines === 1 ? 'line' : 'lines'} of JavaScript`,
        detail: { input: given.input ?? null, timeoutMs: given.timeoutMs, memoryMb: given.memoryMb },
      };
    },
  });
}
