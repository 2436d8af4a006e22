/** Values from outside, made fit for the journal: plain JSON of a bounded size. */
import type { Json } from '@mainspring/engine/json.ts';
import { ActionError } from '@mainspring/sdk/failure.ts';

/** Text without NUL or halves of surrogate pairs, which text columns refuse. */
export type StorableText = string;

const OUTPUT_LIMIT_CHARS = 1_000_000;
const MESSAGE_LIMIT_CHARS = 2_000;

/**
 * What the journal keeps of a value: what JSON keeps. Throws a terminal ActionError where it is larger than a step's
 * output may be.
 */
export function storable(value: Json): Json {
  const text = JSON.stringify(value) ?? 'null';
  if (text.length > OUTPUT_LIMIT_CHARS) {
    throw new ActionError(
      'terminal',
      'output_too_large',
      `The step's output has ${text.length} characters; at most ${OUTPUT_LIMIT_CHARS} are kept. Ask the service for less.`,
    );
  }
  return typeof value === 'object' && value !== null ? (JSON.parse(text) as Json) : value;
}

export function storableText(text: string): StorableText {
  return text.slice(0, MESSAGE_LIMIT_CHARS).toWellFormed().replaceAll('\0', '\ufffd');
}
