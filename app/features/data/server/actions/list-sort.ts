import { definePure } from '@mainspring/sdk/action.ts';
import { z } from 'zod';
import { anyValue } from '../any-value.ts';
import { compareValues, isNothing } from '../compare-values.ts';
import { itemPath, listInput } from '../list-input.ts';
import { readPath } from '../read-path.ts';

export const listSort = definePure({
  type: 'list.sort',
  title: 'Sort a list',
  category: 'data',
  summary: 'Orders the items of a list; equal ones stay as they came, and those without a value go last.',
  input: z.strictObject({
    items: listInput,
    by: itemPath.default('').meta({
      title: 'By',
      description: 'What to order by, inside each item; empty for the item itself',
      examples: ['score', 'address.city'],
    }),
    direction: z.enum(['asc', 'desc']).default('asc').meta({ title: 'Direction', description: 'asc: smallest first' }),
  }),
  output: z.array(anyValue),
  run({ items, by, direction }) {
    const sign = direction === 'asc' ? 1 : -1;
    const keyed = items.map((item) => ({ item, key: readPath(item, by) }));
    keyed.sort((one, other) => {
      if (isNothing(one.key) || isNothing(other.key)) return Number(isNothing(one.key)) - Number(isNothing(other.key));
      return sign * compareValues(one.key, other.key);
    });
    return keyed.map(({ item }) => item);
  },
});
