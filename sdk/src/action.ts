/** How an action is written: one file, one `defineAction`. */
import type { ActionFacts } from '@mainspring/engine/definition/catalogue.ts';
import type { Retry } from '@mainspring/engine/definition/format.ts';
import type { Json, JsonObject } from '@mainspring/engine/json.ts';
import { z } from 'zod';

/** What an external action may use besides its input. Everything that reaches the outside stands here. */
export type ActionContext = {
  readonly organizationId: string;
  readonly runId: string;
  readonly workflowId: string;
  readonly step: string;
  readonly attempt: number;
  /** Same for every attempt of this step; send it to the service. */
  readonly idempotencyKey: string;
  /** Aborted at the step's time-out, or when the worker loses its lease. */
  readonly signal: AbortSignal;
  readonly now: Date;
  readonly log: (level: 'debug' | 'info' | 'warn' | 'error', message: string) => void;
};

type Facts<Input extends z.ZodType, Output extends z.ZodType> = {
  /** `noun.verb`, as definitions name it. */
  readonly type: string;
  readonly title: string;
  readonly category: string;
  /** One sentence for people. */
  readonly summary: string;
  readonly input: Input;
  readonly output: Output;
  readonly retry?: Retry;
  readonly emits?: string;
};

/** Works on its input alone. Called in memory, as often as the engine likes. */
export type PureAction<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> = Facts<
  Input,
  Output
> & {
  readonly effect: 'pure';
  readonly run: (input: z.output<Input>, context: Pick<ActionContext, 'now' | 'log'>) => z.input<Output>;
};

/**
 * Changes the organization's own records through `tx`, inside the transaction that commits the step. `Tx` is the
 * host's transaction type; rows of other organizations are out of its reach.
 */
export type RecordAction<Tx, Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> = Facts<
  Input,
  Output
> & {
  readonly effect: 'record';
  readonly run: (input: z.output<Input>, context: ActionContext, tx: Tx) => Promise<z.input<Output>>;
  readonly dryRun: (input: z.output<Input>) => DryRun<z.input<Output>>;
};

/** Reaches another service. May be called again with the same key unless `repeatable` is false. */
export type ExternalAction<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> = Facts<
  Input,
  Output
> & {
  readonly effect: 'external';
  /** False: never called twice for one step, even where the outcome is unknown. Default true. */
  readonly repeatable?: boolean;
  readonly needsConnection?: boolean;
  readonly run: (input: z.output<Input>, context: ActionContext) => Promise<z.input<Output>>;
  readonly dryRun: (input: z.output<Input>) => DryRun<z.input<Output>>;
};

/** What would happen: the output to go on with, and a line and details for the time line. */
export type DryRun<Output> = { readonly output: Output; readonly summary: string; readonly detail?: JsonObject };

// biome-ignore lint/suspicious/noExplicitAny: a registry holds actions of every input and output type
export type Action<Tx = never> = PureAction<any, any> | RecordAction<Tx, any, any> | ExternalAction<any, any>;

export function definePure<Input extends z.ZodType, Output extends z.ZodType>(
  action: Omit<PureAction<Input, Output>, 'effect'>,
): PureAction<Input, Output> {
  return { ...action, effect: 'pure' };
}

export function defineExternal<Input extends z.ZodType, Output extends z.ZodType>(
  action: Omit<ExternalAction<Input, Output>, 'effect'>,
): ExternalAction<Input, Output> {
  return { ...action, effect: 'external' };
}

export function defineRecord<Tx, Input extends z.ZodType, Output extends z.ZodType>(
  action: Omit<RecordAction<Tx, Input, Output>, 'effect'>,
): RecordAction<Tx, Input, Output> {
  return { ...action, effect: 'record' };
}

/** The part of an action that validation, the builder and the API read. */
export function actionFacts<Tx>(action: Action<Tx>): ActionFacts & { category: string; summary: string } {
  return {
    type: action.type,
    title: action.title,
    category: action.category,
    summary: action.summary,
    effect: action.effect,
    repeatable: action.effect !== 'external' || action.repeatable !== false,
    inputSchema: jsonSchema(action.input, 'input'),
    outputSchema: jsonSchema(action.output, 'output'),
    ...(action.retry && { retry: action.retry }),
    ...(action.emits && { emits: action.emits }),
    ...(action.effect === 'external' && action.needsConnection && { needsConnection: true }),
  };
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
  return z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as { [key: string]: Json };
}
