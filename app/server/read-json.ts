import { isUtf8 } from 'node:buffer';
import type { Json } from '@mainspring/engine/json.ts';
import { AppError } from '../platform/errors/app-error.ts';
import { parseJson } from '../platform/http/parse-json.ts';

const LIMITS = { maxDepth: 64, maxItems: 500_000 };

export type ReadJson =
  | { readonly ok: true; readonly value: Json }
  /** In a sentence: what is wrong, and where. */
  | { readonly ok: false; readonly message: string };

/** JSON that comes by no request, read as strictly as the API reads its own. */
export function readJson(bytes: Buffer): ReadJson {
  if (!isUtf8(bytes)) return { ok: false, message: 'The text is not valid UTF-8.' };
  try {
    return { ok: true, value: parseJson(bytes.toString('utf8'), LIMITS) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { ok: false, message: error.message };
  }
}
