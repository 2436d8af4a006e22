import { ExpressionError } from './expression-error.ts';

/** Far deeper than any template may be, and far shallower than what the parser's stack bears anywhere. */
const MAX_NESTING = 500;
const BLOCK = /\{%-?\s*(end)?(?:if|unless|for|case|capture)\b/g;

/**
 * Refuses source whose blocks or brackets nest so deep that the parser, which calls itself for each, could run out of
 * stack: how deep that is differs from place to place, and the answer must not. One pass, before anything is parsed.
 */
export function assertNesting(source: string): void {
  let depth = 0;
  for (const [, end] of source.matchAll(BLOCK)) {
    depth += end ? -1 : 1;
    if (depth > MAX_NESTING) throw tooDeep();
  }
  assertBrackets(source);
}

function assertBrackets(source: string): void {
  let inside = false;
  let depth = 0;
  for (let at = 0; at < source.length; at++) {
    const pair = source.slice(at, at + 2);
    if (pair === '{{' || pair === '{%') {
      inside = true;
      depth = 0;
    } else if (pair === '}}' || pair === '%}') inside = false;
    else if (inside && (pair[0] === '[' || pair[0] === '(')) depth += 1;
    else if (inside && (pair[0] === ']' || pair[0] === ')')) depth -= 1;
    if (depth > MAX_NESTING) throw tooDeep();
  }
}

function tooDeep(): ExpressionError {
  return new ExpressionError('limit_exceeded', `the template nests deeper than ${MAX_NESTING} blocks or brackets`);
}
