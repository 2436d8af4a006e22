/** Calls the actions' code and turns what comes back, or is thrown, into events of the run. */
import type { Json } from '@mainspring/engine/json.ts';
import type { ActionFailure, RunEvent } from '@mainspring/engine/run/event.ts';
import type { Action, ActionContext } from '@mainspring/sdk/action.ts';
import { ActionError } from '@mainspring/sdk/failure.ts';
import type { z } from 'zod';
import type { Timers } from '../../platform/clock/timers.ts';
import type { Transaction } from '../../platform/db/database.ts';
import type { HeldRun, PerformAction } from './held-run.ts';
import { type StorableText, storable, storableText } from './storable.ts';

export type ActionLog = (
  level: 'debug' | 'info' | 'warn' | 'error',
  message: StorableText,
  facts: { readonly runId: string; readonly step: string },
) => void;

export type ActionPerformer = {
  readonly effectOf: (type: string) => 'pure' | 'record' | 'external' | undefined;
  readonly performPure: (held: HeldRun, effect: PerformAction) => RunEvent;
  /** Never throws; after a failure the caller rolls back to where the action began. */
  readonly performRecord: (held: HeldRun, effect: PerformAction, tx: Transaction) => Promise<RunEvent>;
  /** Never throws. `lost` aborts the call: the worker no longer holds the run. */
  readonly performExternal: (held: HeldRun, effect: PerformAction, lost: AbortSignal) => Promise<RunEvent>;
};

export function createActionPerformer(options: {
  readonly actions: ReadonlyMap<string, Action<Transaction>>;
  readonly timers: Timers;
  readonly now: () => number;
  readonly log: ActionLog;
}): ActionPerformer {
  const { actions, now } = options;

  const contextOf = (held: HeldRun, effect: PerformAction, signal: AbortSignal): ActionContext => ({
    organizationId: held.organizationId,
    runId: held.id,
    workflowId: held.run.workflowId,
    step: effect.step,
    attempt: effect.attempt,
    idempotencyKey: effect.idempotencyKey,
    signal,
    now: new Date(now()),
    log: (level, message) => options.log(level, storableText(message), { runId: held.id, step: effect.step }),
  });

  return {
    effectOf: (type) => actions.get(type)?.effect,

    performPure: (held, effect) => {
      const action = actions.get(effect.type);
      if (action?.effect !== 'pure') throw new Error(`${effect.type} is not a pure action`);
      try {
        const input = readInput(action.input, effect);
        return completed(effect, action.run(input, contextOf(held, effect, NEVER)));
      } catch (error) {
        return failed(effect, error, 'terminal');
      }
    },

    performRecord: async (held, effect, tx) => {
      const action = actions.get(effect.type);
      if (action?.effect !== 'record') throw new Error(`${effect.type} is not a record action`);
      try {
        const input = readInput(action.input, effect);
        return completed(effect, await action.run(input, contextOf(held, effect, NEVER), tx));
      } catch (error) {
        return failed(effect, error, 'retry');
      }
    },

    performExternal: async (held, effect, lost) => {
      const action = actions.get(effect.type);
      if (action?.effect !== 'external') throw new Error(`${effect.type} is not an external action`);
      const timeout = new AbortController();
      const tooLong = new DOMException('The step took longer than its time-out.', 'TimeoutError');
      const cancel = options.timers.after(effect.timeoutMs, () => timeout.abort(tooLong));
      try {
        const input = readInput(action.input, effect);
        const signal = AbortSignal.any([timeout.signal, lost]);
        return completed(effect, await orAborted(action.run(input, contextOf(held, effect, signal)), timeout.signal));
      } catch (error) {
        if (timeout.signal.aborted && !(error instanceof ActionError)) return failed(effect, timedOut(effect), 'retry');
        return failed(effect, error, 'retry');
      } finally {
        cancel();
      }
    },
  };
}

const NEVER = new AbortController().signal;

/** An action that ignores its signal must not hold the run for ever. */
async function orAborted<Value>(work: Promise<Value>, timeout: AbortSignal): Promise<Value> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(timeout.reason);
  timeout.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    timeout.removeEventListener('abort', abort);
    work.catch(() => {});
  }
}

function timedOut(effect: PerformAction): ActionError {
  const seconds = effect.timeoutMs / 1000;
  // The call may have happened; only a step that may be repeated is tried again.
  return new ActionError(
    effect.repeatable ? 'retry' : 'unknown',
    'timeout',
    `The step took longer than its time-out of ${seconds} s.`,
  );
}

function readInput(schema: z.ZodType, effect: PerformAction): unknown {
  const parsed = schema.safeParse(effect.input);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'input'}: ${issue.message}`);
  throw new ActionError('terminal', 'invalid_input', problems.slice(0, 5).join('; '));
}

function completed(effect: PerformAction, output: unknown): RunEvent {
  return {
    kind: 'action-completed',
    step: effect.step,
    attempt: effect.attempt,
    output: storable((output ?? null) as Json),
  };
}

function failed(effect: PerformAction, error: unknown, otherwise: ActionFailure['kind']): RunEvent {
  return { kind: 'action-failed', step: effect.step, attempt: effect.attempt, failure: failureOf(error, otherwise) };
}

function failureOf(error: unknown, otherwise: ActionFailure['kind']): ActionFailure {
  if (error instanceof ActionError) {
    return {
      code: error.code,
      message: storableText(error.message),
      kind: error.kind,
      ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
      ...(error.notAttempted && { notAttempted: true }),
      ...(error.details !== undefined && { details: storable(error.details) }),
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'action_error', message: storableText(message), kind: otherwise };
}
