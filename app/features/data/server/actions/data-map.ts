import { definePure } from '@mainspring/sdk/action.ts';
import { z } from 'zod';
import { anyValue } from '../any-value.ts';

export const dataMap = definePure({
  type: 'data.map',
  title: 'Make a value',
  category: 'data',
  summary: 'Puts together a value from others, for later steps to use.',
  input: z.strictObject({
    value: anyValue.meta({
      title: 'Value',
      description: 'Anything: text, numbers, lists or objects, with expressions inside',
      examples: [{ name: { $: 'event.data.name' }, source: 'website' }],
    }),
  }),
  output: anyValue,
  run: ({ value }) => value ?? null,
});
