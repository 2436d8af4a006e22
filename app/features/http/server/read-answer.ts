import type { Json } from '@mainspring/engine/json.ts';
import { AppError } from '../../../platform/errors/app-error.ts';
import { parseJson } from '../../../platform/http/parse-json.ts';
import { toSafeText } from '../../../platform/http/unsafe-text.ts';

const LIMITS = { maxDepth: 64, maxItems: 500_000, inexactNumbers: 'text' } as const;
const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json$/;

/**
 * The body of an answer as later steps see it: a value where the content type says JSON, else text. Numbers too large
 * to be exact become text. JSON that cannot be read stays text: the call has done its work by then.
 */
export function readAnswer(body: Buffer, contentType: string | undefined): Json {
  const [type = '', ...parameters] = (contentType ?? '').split(';').map((part) => part.trim());
  const text = decode(body, parameters);
  if (!JSON_TYPE.test(type.toLowerCase())) return toSafeText(text);
  if (text.trim() === '') return null;
  try {
    return parseJson(text, LIMITS);
  } catch (error) {
    if (error instanceof AppError) return toSafeText(text);
    throw error;
  }
}

function decode(body: Buffer, parameters: readonly string[]): string {
  const charset = parameters
    .find((parameter) => /^charset=/i.test(parameter))
    ?.slice('charset='.length)
    .replaceAll('"', '');
  try {
    return new TextDecoder(charset ?? 'utf-8').decode(body);
  } catch {
    // A character set that nobody knows.
    return new TextDecoder().decode(body);
  }
}
