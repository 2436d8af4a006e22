import { z } from 'zod';
import { anyValue } from './any-value.ts';

/** Enough for a large CSV file; more belongs into a loop over parts. */
export const MAX_LIST_ITEMS = 100_000;

export const listInput = z
  .array(anyValue)
  .max(MAX_LIST_ITEMS)
  .meta({ title: 'List', description: 'The items to work on', examples: [{ $: 'steps.rows.output' }] });

export const itemPath = z.string().max(200);
