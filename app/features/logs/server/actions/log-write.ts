import { definePure } from '@mainspring/sdk/action.ts';
import { z } from 'zod';

export const logWrite = definePure({
  type: 'log.write',
  title: 'Write to the log',
  category: 'logs',
  summary: "Writes a line to the server's log, with the run and step it came from.",
  input: z.strictObject({
    message: z
      .string()
      .max(10_000)
      .meta({ title: 'Message', multiline: true, examples: ['Lead {{ event.data.email }} came in'] }),
    level: z.enum(['debug', 'info', 'warn', 'error']).default('info').meta({ title: 'Level' }),
  }),
  output: z.null(),
  run({ message, level }, { log }) {
    log(level, message);
    return null;
  },
});
