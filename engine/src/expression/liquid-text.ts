import { type CelValue, Duration, isList, Timestamp } from './cel-value.ts';
import { assertTextLength, type Frame, spend } from './frame.ts';
import { toJson } from './to-json.ts';

/** How a value appears in a text: null as nothing, a list as its items in a row, an object as JSON. */
export function liquidText(value: CelValue, frame: Frame): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'boolean':
      return String(value);
    default:
      if (value === null || value === undefined) return '';
      if (value instanceof Timestamp || value instanceof Duration) return String(toJson(value, false));
      return isList(value) ? listText(value, frame) : jsonText(value, frame);
  }
}

/** JSON text of a value. */
export function jsonText(value: CelValue, frame: Frame, indent?: number): string {
  const text = JSON.stringify(toJson(value, true), undefined, indent);
  spend(frame, text.length >> 1);
  assertTextLength(text.length);
  return text;
}

function listText(list: readonly CelValue[], frame: Frame): string {
  let text = '';
  for (const item of list) {
    spend(frame, 2);
    text += liquidText(item, frame);
    assertTextLength(text.length);
  }
  return text;
}
