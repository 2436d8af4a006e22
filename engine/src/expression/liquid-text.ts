import { type CelValue, Duration, isList, Timestamp } from './cel-value.ts';
import { ExpressionError } from './expression-error.ts';
import { assertTextLength, type Frame, spend } from './frame.ts';
import { LIMITS } from './limits.ts';
import { toJson } from './to-json.ts';

/** How a value appears in a text: null as nothing, a list as its items in a row, an object as JSON. */
export function liquidText(value: CelValue, frame: Frame, depth = 0): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'boolean':
      return String(value);
    default:
      if (value === null || value === undefined) return '';
      if (value instanceof Timestamp || value instanceof Duration) return String(toJson(value, false));
      return isList(value) ? listText(value, frame, depth + 1) : jsonText(value, frame);
  }
}

/** JSON text of a value. */
export function jsonText(value: CelValue, frame: Frame, indent?: number): string {
  const text = JSON.stringify(toJson(value, true), undefined, indent);
  spend(frame, text.length >> 1);
  assertTextLength(text.length);
  return text;
}

function listText(list: readonly CelValue[], frame: Frame, depth: number): string {
  if (depth > LIMITS.valueDepth) {
    throw new ExpressionError('limit_exceeded', `a list nests deeper than ${LIMITS.valueDepth} levels`);
  }
  let text = '';
  for (const item of list) {
    spend(frame, 2);
    text += liquidText(item, frame, depth);
    assertTextLength(text.length);
  }
  return text;
}
