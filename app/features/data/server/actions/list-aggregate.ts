import type { Json } from '@mainspring/engine/json.ts';
import { definePure } from '@mainspring/sdk/action.ts';
import { terminal } from '@mainspring/sdk/failure.ts';
import { z } from 'zod';
import { anyValue } from '../any-value.ts';
import { compareValues, isNothing } from '../compare-values.ts';
import { itemPath, listInput } from '../list-input.ts';
import { readPath } from '../read-path.ts';

const operation = z.enum(['sum', 'average', 'min', 'max', 'count']);

const input = z.strictObject({
  items: listInput,
  operation: operation.meta({ title: 'Operation' }),
  by: itemPath.default('').meta({
    title: 'By',
    description: 'What to reckon with, inside each item; empty for the item itself. Items without it are left out.',
    examples: ['amount'],
  }),
  groupBy: itemPath
    .optional()
    .meta({ title: 'Group by', description: 'One result for each value found there', examples: ['status'] }),
});

const result = {
  value: anyValue.meta({ description: 'null where there was nothing to reckon with' }),
  count: z.int().meta({ description: 'Items that were reckoned with' }),
};

export const listAggregate = definePure({
  type: 'list.aggregate',
  title: 'Sum up a list',
  category: 'data',
  summary: 'Reckons the sum, average, least, greatest or number of items, for all and for each group.',
  input,
  output: z.object({
    ...result,
    groups: z.array(z.object({ key: anyValue, ...result })).meta({ description: 'In the order of their first item' }),
  }),
  run({ items, operation, by, groupBy }) {
    const reckon = (some: readonly Json[]) => aggregate(some, operation, by);
    if (groupBy === undefined) return { ...reckon(items), groups: [] };
    const groups = new Map<string, { key: Json; items: Json[] }>();
    for (const item of items) {
      const key = readPath(item, groupBy) ?? null;
      const name = JSON.stringify(key);
      const group = groups.get(name);
      if (group) group.items.push(item);
      else groups.set(name, { key, items: [item] });
    }
    return {
      ...reckon(items),
      groups: [...groups.values()].map((group) => ({ key: group.key, ...reckon(group.items) })),
    };
  },
});

function aggregate(
  items: readonly Json[],
  kind: z.output<typeof operation>,
  by: string,
): { value: Json; count: number } {
  const values = items.map((item) => readPath(item, by)).filter((value) => !isNothing(value));
  const count = values.length;
  switch (kind) {
    case 'count':
      return { value: count, count };
    case 'sum':
      return { value: sum(values, by), count };
    case 'average':
      return { value: count === 0 ? null : sum(values, by) / count, count };
    case 'min':
      return { value: extreme(values, -1), count };
    case 'max':
      return { value: extreme(values, 1), count };
  }
}

function sum(values: readonly Json[], by: string): number {
  return values.reduce<number>((total, value) => total + toNumber(value, by), 0);
}

/** Forms and CSV give numbers as text. */
function toNumber(value: Json, by: string): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  const where = by === '' ? 'An item' : `${by} of an item`;
  throw terminal(
    'not_a_number',
    `${where} is ${JSON.stringify(value).slice(0, 60)}, which is no number to reckon with.`,
  );
}

function extreme(values: readonly Json[], sign: 1 | -1): Json {
  const [first, ...rest] = values;
  if (first === undefined) return null;
  return rest.reduce<Json>((best, value) => (sign * compareValues(value, best) > 0 ? value : best), first);
}
