import type { JsonObject } from '../json.ts';
import { DURATION_TYPE, NUMBER_TYPE, TEXT_TYPE, TIMESTAMP_TYPE } from './cel-function.ts';
import type { Kind } from './cel-value.ts';
import { itemOf, kindsOf, unionOf } from './schema-type.ts';

type Rule = readonly [Kind, Kind, (left: JsonObject, right: JsonObject) => JsonObject];

const NUMBERS: Rule = ['number', 'number', () => NUMBER_TYPE];

const RULES: ReadonlyMap<string, readonly Rule[]> = new Map<string, readonly Rule[]>([
  [
    '+',
    [
      NUMBERS,
      ['string', 'string', () => TEXT_TYPE],
      ['array', 'array', (left, right) => ({ type: 'array', items: unionOf([itemOf(left), itemOf(right)]) })],
      ['timestamp', 'duration', () => TIMESTAMP_TYPE],
      ['duration', 'timestamp', () => TIMESTAMP_TYPE],
      ['duration', 'duration', () => DURATION_TYPE],
    ],
  ],
  [
    '-',
    [
      NUMBERS,
      ['timestamp', 'timestamp', () => DURATION_TYPE],
      ['timestamp', 'duration', () => TIMESTAMP_TYPE],
      ['duration', 'duration', () => DURATION_TYPE],
    ],
  ],
  ['*', [NUMBERS]],
  ['/', [NUMBERS]],
  ['%', [NUMBERS]],
]);

/** What `left sign right` gives, or undefined where no kinds that both sides may have go together. */
export function arithmeticType(sign: string, left: JsonObject, right: JsonObject): JsonObject | undefined {
  const [ofLeft, ofRight] = [kindsOf(left), kindsOf(right)];
  const fitting = (RULES.get(sign) ?? []).filter(
    ([first, second]) => (ofLeft?.has(first) ?? true) && (ofRight?.has(second) ?? true),
  );
  return fitting.length === 0 ? undefined : unionOf(fitting.map(([, , result]) => result(left, right)));
}
