import { OPERATORS } from '@mainspring/engine/definition/flow-input.ts';
import type { Json } from '@mainspring/engine/json.ts';
import { compare } from '@mainspring/engine/run/condition-rows.ts';
import { isZone } from '@mainspring/engine/schedule/zone.ts';
import { definePure } from '@mainspring/sdk/action.ts';
import { terminal } from '@mainspring/sdk/failure.ts';
import { z } from 'zod';
import { anyValue } from '../any-value.ts';
import { itemPath, listInput } from '../list-input.ts';
import { readPath } from '../read-path.ts';

/** These look at the field alone. */
const UNARY: ReadonlySet<string> = new Set(['exists', 'not_exists']);

const row = z
  .strictObject({
    field: itemPath.meta({
      title: 'Field',
      description: 'Where to look inside the item; empty for the item itself',
      examples: ['email', 'address.city'],
    }),
    operator: z.enum(OPERATORS).meta({ title: 'Operator' }),
    value: anyValue.optional().meta({ title: 'Value', description: 'What to compare with' }),
  })
  .refine((given) => UNARY.has(given.operator) || given.value !== undefined, {
    path: ['value'],
    message: 'is missing; only exists and not_exists go without a value',
  });

const rows = z.array(row).min(1).max(100);

const input = z
  .strictObject({
    items: listInput,
    all: rows.optional().meta({ title: 'All of', description: 'Every row must hold' }),
    any: rows.optional().meta({ title: 'Any of', description: 'One row that holds is enough' }),
    timezone: z
      .string()
      .max(100)
      .default('UTC')
      .meta({
        title: 'Time zone',
        description: 'Of times without one, for before and after',
        examples: ['Europe/Berlin'],
      }),
  })
  .refine((given) => (given.all === undefined) !== (given.any === undefined), {
    message: 'needs either all or any, and not both',
  });

export const listFilter = definePure({
  type: 'list.filter',
  title: 'Filter a list',
  category: 'data',
  summary: 'Keeps the items of a list for which the rows hold.',
  input,
  output: z.array(anyValue),
  run({ items, all, any, timezone }) {
    if (!isZone(timezone)) {
      throw terminal(
        'invalid_zone',
        `${JSON.stringify(timezone)} is not a time zone; write for instance Europe/Berlin.`,
      );
    }
    const holds =
      (item: Json) =>
      ({ field, operator, value }: z.output<typeof row>) =>
        compare(operator, readPath(item, field), value ?? null, timezone);
    return items.filter((item) => (all ? all.every(holds(item)) : (any ?? []).some(holds(item))));
  },
});
