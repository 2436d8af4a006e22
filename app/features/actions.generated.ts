/** Every action there is. Written by `npm run generate`; change what it lists, not this file. */

/** What the actions need of their host, taken together. */
export type ActionDeps = unknown;

export const createActions = (_deps: ActionDeps) => [
] as const;
