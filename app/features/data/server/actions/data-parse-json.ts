import { definePure } from '@mainspring/sdk/action.ts';
import { terminal } from '@mainspring/sdk/failure.ts';
import { z } from 'zod';
import { AppError } from '../../../../platform/errors/app-error.ts';
import { parseJson } from '../../../../platform/http/parse-json.ts';
import { anyValue } from '../any-value.ts';

const MAX_CHARS = 5_000_000;
const LIMITS = { maxDepth: 64, maxItems: 500_000 };

export const dataParseJson = definePure({
  type: 'data.parse_json',
  title: 'Read JSON',
  category: 'data',
  summary: 'Turns text in JSON into a value.',
  input: z.strictObject({
    text: z
      .string()
      .max(MAX_CHARS)
      .meta({ title: 'Text', description: 'The JSON to read', multiline: true, examples: ['{ "name": "Jane" }'] }),
  }),
  output: anyValue,
  run({ text }) {
    try {
      return parseJson(text, LIMITS);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      throw terminal(error.code, error.message, { details: { path: error.problems?.[0]?.path ?? '' } });
    }
  },
});
