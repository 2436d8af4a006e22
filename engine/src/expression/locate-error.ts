import { LiquidError, type Token } from 'liquidjs';
import { ExpressionError, type ExpressionErrorCode } from './expression-error.ts';
import { LIMITS } from './limits.ts';

/** Turns whatever a template threw into an `ExpressionError` that names its place. One that does already stays. */
export function locateError(
  error: unknown,
  token: Token | undefined,
  code: ExpressionErrorCode = 'evaluation_failed',
): ExpressionError {
  const cause = causeOf(error);
  if (cause instanceof ExpressionError && (cause.at !== undefined || !token)) return cause;
  const place = token ?? tokenOf(error);
  const where = place ? ` in line ${place.getPosition()[0]}: ${excerpt(place)}` : '';
  if (cause instanceof ExpressionError)
    return new ExpressionError(cause.code, `${cause.message}${where}`, place?.begin);
  if (cause instanceof RangeError) {
    return new ExpressionError(
      'limit_exceeded',
      `the template nests too deep (at most ${LIMITS.templateDepth} blocks)${where}`,
      place?.begin,
    );
  }
  const message = cause instanceof Error ? cause.message.replace(/, line:\d+, col:\d+$/, '') : String(cause);
  return new ExpressionError(code, `${message.slice(0, 500)}${where}`, place?.begin);
}

/** The library wraps errors, some several times; the first of them tells the most. */
function causeOf(error: unknown): unknown {
  let cause = error;
  while (LiquidError.is(cause)) {
    const inner: unknown = (cause as { readonly originalError?: unknown }).originalError;
    if (inner === undefined) break;
    cause = inner;
  }
  return cause;
}

function tokenOf(error: unknown): Token | undefined {
  return LiquidError.is(error) ? (error as { readonly token?: Token }).token : undefined;
}

function excerpt(token: Token): string {
  const text = token.getText().replaceAll(/\s+/g, ' ');
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
