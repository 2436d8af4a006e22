/** Reads what the process of a run says. By then it may say anything: everything here is the word of a stranger. */

import type { Json } from '@mainspring/engine/json.ts';
import { z } from 'zod';
import { AppError } from '../errors/app-error.ts';
import { parseJson } from '../http/parse-json.ts';
import { codeError, outOfMemory, outputTooLarge, timedOut } from './code-failures.ts';
import { CODE_LIMITS } from './code-limits.ts';
import type { CodeFailure, CodeLog, CodeRequest } from './code-outcome.ts';

export type Answer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'logged'; readonly log: CodeLog }
  | { readonly kind: 'returned'; readonly result: Json }
  | { readonly kind: 'failed'; readonly failure: CodeFailure }
  /** Not a word of the conversation. */
  | { readonly kind: 'nonsense' };

const MESSAGE_CHARS = 2_000;

const said = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('logged'), level: z.enum(['debug', 'info', 'warn', 'error']), message: z.string() }),
  z.object({
    kind: z.literal('failed'),
    code: z.enum(['code_error', 'code_timeout', 'code_memory', 'code_output_too_large']),
    message: z.string().default('The code failed'),
    line: z.int().positive().max(CODE_LIMITS.codeChars).nullable().default(null),
  }),
]);

const RETURNED = '{"kind":"returned","result":';

/** What one line says. Never throws. */
export function readAnswer(line: string, request: Pick<CodeRequest, 'timeoutMs' | 'memoryMb'>): Answer {
  if (line.startsWith(RETURNED) && line.endsWith('}')) return readResult(line.slice(RETURNED.length, -1));
  const parsed = said.safeParse(parseOrNull(line));
  if (!parsed.success) return { kind: 'nonsense' };
  const word = parsed.data;
  switch (word.kind) {
    case 'ready':
      return word;
    case 'logged':
      return { kind: 'logged', log: { level: word.level, message: soundText(word.message) } };
    case 'failed':
      return { kind: 'failed', failure: failureOf(word, request) };
  }
}

/** As strict as with any JSON from outside: what cannot be stored, or would be rounded in silence, is refused. */
function readResult(json: string): Answer {
  if (Buffer.byteLength(json) > CODE_LIMITS.resultBytes) return { kind: 'failed', failure: outputTooLarge() };
  try {
    return { kind: 'returned', result: parseJson(json) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { kind: 'failed', failure: codeError(`What the code returned cannot be kept: ${error.message}`, null) };
  }
}

function failureOf(
  word: { readonly code: CodeFailure['code']; readonly message: string; readonly line: number | null },
  request: Pick<CodeRequest, 'timeoutMs' | 'memoryMb'>,
): CodeFailure {
  if (word.code === 'code_timeout') return timedOut(request);
  if (word.code === 'code_memory') return outOfMemory(request);
  if (word.code === 'code_output_too_large') return outputTooLarge();
  return codeError(soundText(word.message), word.line);
}

function parseOrNull(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function soundText(text: string): string {
  return text
    .slice(0, MESSAGE_CHARS + 1)
    .toWellFormed()
    .replaceAll('\u0000', '\ufffd');
}
