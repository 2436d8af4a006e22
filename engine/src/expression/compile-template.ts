import { type Context, evalTokenValue, type RangeToken, type Template, type Token, TokenKind } from 'liquidjs';
import { assertNesting } from './assert-nesting.ts';
import { boundedCache } from './bounded-cache.ts';
import { ExpressionError } from './expression-error.ts';
import { LIMITS } from './limits.ts';
import { plainValue } from './liquid-context.ts';
import { liquid } from './liquid-engine.ts';
import { numberOf } from './liquid-filter.ts';
import { liquidFilters } from './liquid-filters.ts';
import { locateError } from './locate-error.ts';
import { suggest } from './suggest.ts';
import { walkTemplate } from './walk-template.ts';

/** Most items a range such as `(1..n)` may have; the fuel ends long ranges earlier where much is done in each round. */
const MAX_RANGE = 100_000;

/** Reads Liquid source. Throws `template_syntax` or `limit_exceeded`, with the place. Remembered by its source. */
export const compileTemplate: (source: string) => readonly Template[] = boundedCache(300, (source) => {
  if (source.length > LIMITS.templateChars) {
    throw new ExpressionError(
      'limit_exceeded',
      `the template has ${source.length} characters; at most ${LIMITS.templateChars} are allowed`,
    );
  }
  assertNesting(source);
  try {
    const templates = liquid.parse(source);
    walkTemplate(templates, { filter: assertFilter, range: boundRange });
    return templates;
  } catch (error) {
    throw withHint(locateError(error, undefined, 'template_syntax'));
  }
});

function assertFilter(name: string, token: Token): void {
  if (liquidFilters.has(name)) return;
  throw locateError(new ExpressionError('template_syntax', `undefined filter: ${name}`), token);
}

function withHint(error: ExpressionError): ExpressionError {
  const name = /^undefined filter: (\w+)/.exec(error.message)?.[1];
  if (name === undefined) return error;
  const rest = error.message.slice(`undefined filter: ${name}`.length);
  return new ExpressionError(
    'template_syntax',
    `there is no filter ${name}${suggest(name, liquidFilters.keys())}${rest}`,
    error.at,
  );
}

/**
 * The library counts a range up by ones, which never ends between numbers too large to differ by one. So each end is
 * replaced by one that answers whole numbers within bounds only.
 */
function boundRange(token: RangeToken): void {
  const { lhs, rhs } = token;
  const low = boundedEnd(lhs, (value) => value);
  const high = boundedEnd(rhs, function* within(value, context): Generator<unknown, number, unknown> {
    const from = wholeNumber(yield evalTokenValue(lhs, context));
    if (value - from < MAX_RANGE) return value;
    throw new ExpressionError('limit_exceeded', `a range may have ${MAX_RANGE} items, not ${value - from + 1}`);
  });
  Object.assign(token, { lhs: low, rhs: high });
}

function boundedEnd(
  end: Token,
  check: (value: number, context: Context) => number | Generator<unknown, number, unknown>,
): object {
  const evaluate = function* evaluate(context: Context): Generator<unknown, unknown, unknown> {
    const value = wholeNumber(yield evalTokenValue(end, context));
    return yield check(value, context);
  };
  return {
    kind: TokenKind.FilteredValue,
    initial: { evaluate, postfix: [end] },
    filters: [],
    getText: () => end.getText(),
  };
}

function wholeNumber(value: unknown): number {
  return Math.min(Math.max(Math.trunc(numberOf(plainValue(value))), -1e9), 1e9);
}
