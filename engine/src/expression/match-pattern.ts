import { RE2JS } from 're2js';
import { boundedCache } from './bounded-cache.ts';
import { ExpressionError } from './expression-error.ts';
import { type Frame, spend } from './frame.ts';
import { LIMITS } from './limits.ts';

/**
 * True when `pattern` (RE2 syntax: no back references, no look-around) is found anywhere in `text`.
 * Time grows with the text times the pattern, never faster, and is charged as such.
 */
export function matchesPattern(text: string, pattern: string, frame: Frame): boolean {
  if (pattern.length > LIMITS.patternChars) {
    throw new ExpressionError(
      'limit_exceeded',
      `a pattern may have ${LIMITS.patternChars} characters, not ${pattern.length}`,
    );
  }
  const compiled = compile(pattern);
  spend(frame, 10 + Math.ceil((text.length * compiled.programSize()) / 8));
  return compiled.test(text);
}

const compile = boundedCache(200, (pattern): RE2JS => {
  const compiled = compileSafely(pattern);
  if (compiled.programSize() <= LIMITS.patternSize) return compiled;
  throw new ExpressionError('limit_exceeded', `the pattern ${JSON.stringify(pattern)} repeats too much`);
});

function compileSafely(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    const reason = error instanceof Error ? error.message.slice(0, 200) : 'unknown';
    throw new ExpressionError('evaluation_failed', `matches(${JSON.stringify(pattern.slice(0, 100))}): ${reason}`);
  }
}
