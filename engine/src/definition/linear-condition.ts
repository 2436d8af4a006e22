/** Conditions of linear workflows (`{ field, operator, value, logicalOperator }`, filters) as expressions. */

import { isJsonObject, type Json } from '../json.ts';
import { plainText } from './plain-text.ts';

/** Where the plain names of a linear workflow live in a run: `event.data`, or `event.data.body` behind a webhook. */
export type DataRoot = 'event.data' | 'event.data.body';

const ROOTS = new Set(['event', 'client', 'steps', 'vars', 'item', 'index', 'loops', 'run', 'org', 'now']);
/** What the briefs' engines call the data of the trigger. */
const DATA_NAMES = /^(?:variables|triggerData|trigger_data|trigger|context|payload|data)\./;
/** Words that CEL keeps for itself, which can be no plain field name. */
const RESERVED = new Set(
  'as break const continue else false for function if import in let loop namespace null package return true var void while'.split(
    ' ',
  ),
);

const OPERATOR_NAMES: Readonly<Record<string, string>> = {
  ...{ '==': 'equals', '===': 'equals', '=': 'equals', eq: 'equals', is: 'equals', equal: 'equals' },
  ...{ '!=': 'not_equals', '!==': 'not_equals', ne: 'not_equals', neq: 'not_equals', is_not: 'not_equals' },
  ...{ '>': 'greater_than', gt: 'greater_than', '<': 'less_than', lt: 'less_than' },
  ...{ '>=': 'at_least', gte: 'at_least', '<=': 'at_most', lte: 'at_most' },
  ...{ includes: 'contains', is_empty: 'not_exists', is_not_empty: 'exists', is_set: 'exists' },
};

/**
 * One expression for a list of conditions, joined as the briefs do: each by its own `logicalOperator` to all before
 * it. Null where one of them cannot be read; `true` for an empty list.
 */
export function conditionsToExpression(conditions: readonly Json[], root: DataRoot): string | null {
  let joined = '';
  for (const condition of conditions) {
    const expression = conditionToExpression(condition, root);
    if (expression === null) return null;
    const or =
      isJsonObject(condition) && plainText(condition.logicalOperator ?? condition.logic ?? '').toLowerCase() === 'or';
    if (joined === '') joined = expression;
    else
      joined = or
        ? `(${joined}) || ${expression}`
        : `${joined.includes(' || ') ? `(${joined})` : joined} && ${expression}`;
  }
  return joined === '' ? 'true' : joined;
}

/** A trigger's `filters`: every field must equal its value, or be one of a list. */
export function filtersToExpression(filters: Json | undefined, root: DataRoot): string | null {
  if (filters === undefined || filters === null) return 'true';
  if (Array.isArray(filters)) return conditionsToExpression(filters, root);
  if (!isJsonObject(filters)) return null;
  const conditions = Object.entries(filters).map(([field, value]) => ({
    field,
    operator: Array.isArray(value) ? 'in' : 'equals',
    value,
  }));
  return conditionsToExpression(conditions, root);
}

/** `{{ lead.name }}` becomes `{{ event.data.lead.name }}`; names that a run knows stay. Works at any depth. */
export function qualifyTemplates(value: Json, root: DataRoot): Json {
  if (typeof value === 'string') {
    return value.replace(
      /\{\{(-?\s*)([A-Za-z_][\w.]*)/g,
      (_, open: string, name: string) => `{{${open}${qualify(name, root)}`,
    );
  }
  if (Array.isArray(value)) return value.map((item: Json) => qualifyTemplates(item, root));
  if (isJsonObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, qualifyTemplates(item, root)]));
  }
  return value;
}

/** The expression that reads a field; what is missing on the way is null. */
export function fieldToExpression(field: string, root: DataRoot): string {
  const name = qualify(field.trim().replace(/^\{\{-?\s*|\s*-?\}\}$/g, ''), root);
  const [top = '', ...rest] = name.split('.');
  const fixed = top === 'event' && rest[0] === 'data' ? 'event.data' : top;
  const parts = fixed === top ? rest : rest.slice(1);
  return parts.reduce((path, part) => {
    return /^[A-Za-z_]\w*$/.test(part) && !RESERVED.has(part) ? `${path}.?${part}` : `${path}[?${literal(part)}]`;
  }, fixed);
}

/** JavaScript's strict comparisons as CEL writes them; the rest of an expression is left as it is. */
export function tidyExpression(expression: string): string {
  return expression.replaceAll('===', '==').replaceAll('!==', '!=');
}

function conditionToExpression(condition: Json, root: DataRoot): string | null {
  if (typeof condition === 'string') return condition.trim() === '' ? null : `(${tidyExpression(condition)})`;
  if (!isJsonObject(condition)) return null;
  const field = condition.field ?? condition.variable ?? condition.property ?? condition.left;
  if (typeof field !== 'string' || field.trim() === '') return null;
  return compare(
    fieldToExpression(field, root),
    operatorName(condition.operator ?? condition.op ?? 'equals'),
    condition.value ?? condition.right ?? null,
  );
}

function compare(field: string, operator: string, value: Json): string | null {
  switch (operator) {
    case 'equals':
      return `${field} == ${literal(value)}`;
    case 'not_equals':
      return `${field} != ${literal(value)}`;
    case 'contains':
      return `contains(default(${field}, ""), ${literal(value)})`;
    case 'not_contains':
      return `!contains(default(${field}, ""), ${literal(value)})`;
    case 'starts_with':
      return `startsWith(default(${field}, ""), ${literal(value)})`;
    case 'greater_than':
      return ordered(field, '>', value);
    case 'less_than':
      return ordered(field, '<', value);
    case 'at_least':
      return ordered(field, '>=', value);
    case 'at_most':
      return ordered(field, '<=', value);
    case 'in':
      return `${field} in ${literal(Array.isArray(value) ? value : [value])}`;
    case 'not_in':
      return `!(${field} in ${literal(Array.isArray(value) ? value : [value])})`;
    case 'exists':
      return `${field} != null`;
    case 'not_exists':
      return `${field} == null`;
    default:
      return null;
  }
}

/** The briefs compare order by number, whatever kind of value arrives; what is missing is never more or less. */
function ordered(field: string, sign: string, value: Json): string {
  const amount = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof amount !== 'number' || !Number.isFinite(amount))
    return `(${field} != null && ${field} ${sign} ${literal(value)})`;
  return `(${field} != null && number(${field}) ${sign} ${amount})`;
}

function operatorName(operator: Json): string {
  const name = plainText(operator)
    .trim()
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/[\s-]+/g, '_')
    .toLowerCase();
  return Object.hasOwn(OPERATOR_NAMES, name) ? (OPERATOR_NAMES[name] ?? name) : name;
}

function qualify(name: string, root: DataRoot): string {
  const plain = name.replace(DATA_NAMES, '');
  if (plain !== name) return `${root}.${plain}`;
  return ROOTS.has(name.split('.')[0] ?? '') ? name : `${root}.${name}`;
}

/** JSON is nearly CEL: lists, numbers and escapes are the same. */
function literal(value: Json): string {
  return JSON.stringify(value);
}
