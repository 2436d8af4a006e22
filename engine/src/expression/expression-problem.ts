import type { JsonObject } from '../json.ts';
import { ExpressionError } from './expression-error.ts';

/** The schema of each top name in reach; a name that is left out is not in reach. */
export type NameTypes = Readonly<Record<string, JsonObject>>;

/** A JSON Schema, read as the type of a value; `{}` is anything. */
export type ValueType = JsonObject;

/** One thing that is wrong with an expression or template. `at` is an offset into its source. */
export type ExpressionProblem = {
  readonly code: 'invalid_expression' | 'invalid_template' | 'unknown_name';
  readonly message: string;
  readonly at?: number;
};

/** The problem that an error of reading or evaluating tells of. */
export function problemOf(error: unknown, code: 'invalid_expression' | 'invalid_template'): ExpressionProblem {
  if (!(error instanceof ExpressionError)) throw error;
  const { message, at } = error;
  return { code: error.code === 'unknown_name' ? 'unknown_name' : code, message, ...(at === undefined ? {} : { at }) };
}
