import type { JsonObject } from '../json.ts';
import type { Retry } from './format.ts';

/**
 * What the engine must know of an action to check and run it; the code that performs it lives elsewhere.
 * `pure` has no effect outside the run, `record` changes the organization's own records in the transaction that
 * commits its step, `external` reaches another service and carries an idempotency key.
 */
export type ActionFacts = {
  readonly type: string;
  readonly title: string;
  readonly effect: 'pure' | 'record' | 'external';
  readonly repeatable: boolean;
  readonly retry?: Retry;
  /**
   * JSON Schema of the input, after templates and expressions have been evaluated. Where it says `literal: true`, none
   * are: the value is taken as it is written in the definition.
   */
  readonly inputSchema: JsonObject;
  readonly outputSchema: JsonObject;
  /** True where the input may name a connection and does not work without one. */
  readonly needsConnection?: boolean;
  /** Name of the event this action causes, where it causes one: lets validation find rings of workflows. */
  readonly emits?: string;
};

export type Catalogue = { readonly find: (type: string) => ActionFacts | undefined };
