import type { Json } from '../json.ts';
import { type CelValue, describeKind } from './cel-value.ts';
import { compileExpression } from './compile-expression.ts';
import { ExpressionError } from './expression-error.ts';
import { newFrame } from './frame.ts';
import { LIMITS } from './limits.ts';
import type { Names } from './names.ts';
import { toJson } from './to-json.ts';

/**
 * The value of a CEL expression as plain JSON. Throws `ExpressionError` and nothing else.
 *
 * @example evaluateExpression("event.data.amount * 2 + 0.5", names) // 84.5
 */
export function evaluateExpression(source: string, names: Names): Json {
  return guarded(() => {
    const { evaluate, isPath } = compileExpression(source);
    const value = evaluate(newFrame(names));
    return isPath ? asPlain(value) : toJson(value, true);
  });
}

/** Whether a CEL condition holds. A result that is neither true nor false is an `ExpressionError`. */
export function evaluateCondition(source: string, names: Names): boolean {
  const value = guarded(() => compileExpression(source).evaluate(newFrame(names)));
  if (value === true || value === false) return value;
  throw new ExpressionError(
    'expression_type',
    `a condition must be true or false; ${quoted(source)} is ${describeKind(value)}`,
  );
}

/** What a path leads to is data already; only what no JSON can carry needs a look. */
function asPlain(value: CelValue): Json {
  return typeof value === 'number' ? toJson(value, false) : (value as Json);
}

/** The place's own stack may be nearly used up where this is called; that too is a limit, not a fault. */
function guarded<Result>(run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ExpressionError(
      'limit_exceeded',
      `the expression or its data nests too deep (at most ${LIMITS.expressionDepth} levels)`,
    );
  }
}

function quoted(source: string): string {
  return JSON.stringify(source.length > 100 ? `${source.slice(0, 100)}…` : source);
}
