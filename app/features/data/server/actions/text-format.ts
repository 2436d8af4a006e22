import { definePure } from '@mainspring/sdk/action.ts';
import { z } from 'zod';

export const textFormat = definePure({
  type: 'text.format',
  title: 'Write text',
  category: 'data',
  summary: 'Fills a text with values, for later steps to use.',
  input: z.strictObject({
    text: z
      .string()
      .max(1_000_000)
      .meta({
        title: 'Text',
        description: 'Text with placeholders',
        multiline: true,
        examples: ["Hi {{ client.first_name | default: 'there' }}"],
      }),
  }),
  output: z.string(),
  run: ({ text }) => text,
});
