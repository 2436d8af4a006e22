/** The `all` / `any` rows of a condition, for people who do not write expressions. */
import type { ConditionRow, FlowInput, Operator } from '../definition/flow-input.ts';
import { evaluateCondition, evaluateExpression } from '../expression/evaluate-expression.ts';
import { ExpressionError } from '../expression/expression-error.ts';
import type { Names } from '../expression/names.ts';
import { resolveValue } from '../expression/resolve-value.ts';
import type { Json } from '../json.ts';
import { parseInstant } from '../schedule/date-time.ts';
import { ScheduleError } from '../schedule/schedule-error.ts';
import { equalJson } from './equal-json.ts';

/** Whether a condition, or its rows, hold. Rows are total: values of the wrong kind make a row not hold. */
export function conditionsHold(input: FlowInput<'flow.if'>, names: Names, zone: string): boolean {
  if (input.condition !== undefined) return evaluateCondition(input.condition, names);
  if (input.all !== undefined) return input.all.every((row) => rowHolds(row, names, zone));
  return (input.any ?? []).some((row) => rowHolds(row, names, zone));
}

export function rowHolds(row: ConditionRow, names: Names, zone: string): boolean {
  const field = readField(row.field, names);
  const value = row.value === undefined ? null : resolveValue(row.value, names);
  return compare(row.operator, field, value, zone);
}

/**
 * `field` is undefined where it is missing. A field that is missing or null does not exist: it equals nothing but
 * null, contains nothing, and is neither above nor below anything.
 */
export function compare(operator: Operator, field: Json | undefined, value: Json, zone: string): boolean {
  switch (operator) {
    case 'exists':
      return field !== undefined && field !== null;
    case 'not_exists':
      return field === undefined || field === null;
    case 'equals':
      return equals(field, value);
    case 'not_equals':
      return !equals(field, value);
    case 'contains':
      return contains(field, value);
    case 'not_contains':
      return !contains(field, value);
    case 'starts_with':
      return typeof field === 'string' && typeof value === 'string' && field.startsWith(value);
    case 'greater_than':
      return ordered(field, value, (sign) => sign > 0);
    case 'less_than':
      return ordered(field, value, (sign) => sign < 0);
    case 'at_least':
      return ordered(field, value, (sign) => sign >= 0);
    case 'at_most':
      return ordered(field, value, (sign) => sign <= 0);
    case 'in':
      return isIn(field, value);
    case 'not_in':
      return !isIn(field, value);
    case 'before':
      return dated(field, value, zone, (sign) => sign < 0);
    case 'after':
      return dated(field, value, zone, (sign) => sign > 0);
  }
}

/** Forms give numbers as text: `'5'` equals 5. */
function equals(field: Json | undefined, value: Json): boolean {
  if (field === undefined) return false;
  if (equalJson(field, value)) return true;
  const isMixed = typeof field !== typeof value && isScalar(field) && isScalar(value);
  if (!isMixed) return false;
  const numbers = [numberOf(field), numberOf(value)];
  return numbers[0] !== null && numbers[0] === numbers[1];
}

function contains(field: Json | undefined, value: Json): boolean {
  if (typeof field === 'string')
    return (typeof value === 'string' || typeof value === 'number') && field.includes(String(value));
  return Array.isArray(field) && field.some((item: Json) => equals(item, value));
}

function isIn(field: Json | undefined, value: Json): boolean {
  return field !== undefined && Array.isArray(value) && value.some((item: Json) => equals(field, item));
}

/** Numbers, and text that is a number, by size; other text by alphabet. */
function ordered(field: Json | undefined, value: Json, holds: (sign: number) => boolean): boolean {
  const left = numberOf(field);
  const right = numberOf(value);
  if (left !== null && right !== null) return holds(Math.sign(left - right));
  if (typeof field !== 'string' || typeof value !== 'string') return false;
  return holds(field < value ? -1 : field > value ? 1 : 0);
}

function dated(field: Json | undefined, value: Json, zone: string, holds: (sign: number) => boolean): boolean {
  const left = instantOf(field, zone);
  const right = instantOf(value, zone);
  return left !== null && right !== null && holds(Math.sign(left - right));
}

function numberOf(value: Json | undefined): number | null {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

function instantOf(value: Json | undefined, zone: string): number | null {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return null;
  try {
    return parseInstant(value, zone);
  } catch (error) {
    if (error instanceof ScheduleError) return null;
    throw error;
  }
}

function isScalar(value: Json): boolean {
  return typeof value === 'string' || typeof value === 'number';
}

function readField(source: string, names: Names): Json | undefined {
  try {
    return evaluateExpression(source, names);
  } catch (error) {
    if (error instanceof ExpressionError && error.code === 'missing_field') return undefined;
    throw error;
  }
}
