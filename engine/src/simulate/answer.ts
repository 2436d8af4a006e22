/** What the world answers in a simulation, where the dry run is not to decide. */
import { z } from 'zod';
import { duration } from '../definition/format.ts';
import type { Json } from '../json.ts';

/** `after` is an ISO 8601 duration from the moment the node starts; left out, at once. */
export type Answer = { readonly after?: string | undefined } & (
  | { readonly kind: 'output'; readonly output: Json }
  | { readonly kind: 'error'; readonly code: string; readonly message: string; readonly retry: boolean }
  /** For `flow.wait_for_event`: such an event comes. Without a type it is the awaited one. */
  | { readonly kind: 'event'; readonly type?: string | undefined; readonly data: Json }
);

/** By node id: the first answer is for the first attempt or execution in a run, and so on; the last one stays. */
export type Answers = { readonly [nodeId: string]: readonly Answer[] };

const json = z.json() as z.ZodType<Json>;
const after = { after: duration.optional() };

const answer = z.union([
  z.strictObject({ output: json, ...after }).transform((given): Answer => ({ kind: 'output', ...given })),
  z
    .strictObject({
      error: z.strictObject({
        code: z.string().max(100).default('simulated'),
        message: z.string().max(1000).default('Simulated failure'),
        retry: z.boolean().default(false),
      }),
      ...after,
    })
    .transform(({ error, after }): Answer => ({ kind: 'error', after, ...error })),
  z
    .strictObject({
      event: z.strictObject({ type: z.string().max(100).optional(), data: json.default(null) }),
      ...after,
    })
    .transform(({ event, after }): Answer => ({ kind: 'event', after, ...event })),
]);

/**
 * As people write it: for each node one answer or a list, each `{ output }`, `{ error: { code, message, retry } }` or
 * `{ event: { type, data } }`, with `after` where it takes time.
 */
export const answersSchema: z.ZodType<Answers> = z.record(
  z.string().max(63),
  z.union([answer.transform((one): readonly Answer[] => [one]), z.array(answer).min(1).max(1000)]),
) as unknown as z.ZodType<Answers>;
