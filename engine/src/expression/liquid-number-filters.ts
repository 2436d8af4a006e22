import { type ArithmeticSign, arithmetic, exactNumber } from './cel-operators.ts';
import { countArg, type LiquidFilter, numberOf } from './liquid-filter.ts';
import { round } from './number-functions.ts';

/** What is no number counts as 0, as Liquid has it; a result that is not exact or not finite is an error. */
export const numberFilters: Readonly<Record<string, LiquidFilter>> = {
  plus: calculate('+'),
  minus: calculate('-'),
  times: calculate('*'),
  divided_by: calculate('/'),
  modulo: calculate('%'),
  abs: (input) => exactNumber(Math.abs(numberOf(input)), undefined),
  ceil: (input) => exactNumber(Math.ceil(numberOf(input)), undefined) + 0,
  floor: (input) => exactNumber(Math.floor(numberOf(input)), undefined) + 0,
  round: (input, args) => round(exactNumber(numberOf(input), undefined), countArg(args[0], 0)),
  at_least: (input, args) => Math.max(numberOf(input), numberOf(args[0])),
  at_most: (input, args) => Math.min(numberOf(input), numberOf(args[0])),
};

function calculate(sign: ArithmeticSign): LiquidFilter {
  return (input, args, frame) => arithmetic(sign, numberOf(input), numberOf(args[0]), 0, frame);
}
