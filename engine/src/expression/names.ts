import type { Json, JsonObject } from '../json.ts';

/**
 * Everything an expression or a template can see. Plain data; nothing here is copied when one is evaluated.
 * A part that is not there (an `item` outside a loop) is left out.
 */
export type Names = Readonly<{
  /** What started the run. `time` is ISO 8601 UTC. */
  event: { readonly type: string; readonly data: Json; readonly time: string };
  /** The subject, or null where the run has none. */
  client: Json;
  /** `steps.<id>.output` and `steps.<id>.error`. */
  steps: JsonObject;
  vars: JsonObject;
  /** Of the innermost loop. */
  item?: Json;
  index?: number;
  /** `loops.<id>.item` and `loops.<id>.index`. */
  loops?: JsonObject;
  /** `startedAt` is ISO 8601 UTC. */
  run: { readonly id: string; readonly startedAt: string };
  /** `timezone` is an IANA name: the zone in which templates show dates and calendar durations are counted. */
  org: { readonly name: string; readonly timezone: string };
  /** Milliseconds since the epoch. */
  now: number;
}>;

/** The top names, in the order in which they are explained to people. */
export const TOP_NAMES = [
  'event',
  'client',
  'steps',
  'vars',
  'item',
  'index',
  'loops',
  'run',
  'org',
  'now',
] as const satisfies readonly (keyof Names)[];

export type TopName = (typeof TOP_NAMES)[number];

export function isTopName(name: string): name is TopName {
  return (TOP_NAMES as readonly string[]).includes(name);
}
