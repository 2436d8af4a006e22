import { ExpressionError } from './expression-error.ts';

/**
 * Text as every store and wire takes it: half a character, as cutting by place may leave, becomes U+FFFD, and the
 * character NUL is refused.
 */
export function storableText(text: string): string {
  if (text.includes('\0')) {
    throw new ExpressionError('evaluation_failed', 'the result holds the character NUL, which no text may');
  }
  return text.isWellFormed() ? text : text.toWellFormed();
}
