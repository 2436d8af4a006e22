import type { CelValue } from './cel-value.ts';
import { isList } from './cel-value.ts';
import type { Frame } from './frame.ts';
import { liquidText } from './liquid-text.ts';
import { readNumber } from './number-functions.ts';

/** A filter of templates: `{{ input | name: args }}`. What it is given has been charged for once. */
export type LiquidFilter = (input: CelValue, args: readonly CelValue[], frame: Frame) => CelValue;

/** Text of argument `index`; nothing where it is left out. */
export function textArg(args: readonly CelValue[], index: number, frame: Frame): string {
  return liquidText(args[index] ?? null, frame);
}

/** Liquid counts what is no number as 0, and so a missing field too. */
export function numberOf(value: CelValue | undefined): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? (readNumber(value) ?? 0) : 0;
}

/** A whole number between bounds, for counts and places; `fallback` where it is left out. */
export function countArg(value: CelValue | undefined, fallback: number): number {
  if (value === undefined || value === null) return fallback;
  return Math.min(Math.max(Math.trunc(numberOf(value)), -1e9), 1e9);
}

export function listOf(value: CelValue): readonly CelValue[] {
  if (value === null) return [];
  return isList(value) ? value : [value];
}
