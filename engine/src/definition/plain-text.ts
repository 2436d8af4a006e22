import type { Json } from '../json.ts';

/** The text of a foreign value, empty for all that is neither text nor number. Unlike `String`, never throws. */
export function plainText(value: Json | undefined): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : '';
}
