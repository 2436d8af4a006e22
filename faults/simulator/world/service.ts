/**
 * The service outside that external actions call. It does what a key asks once and remembers it; it can refuse, hang,
 * do it and then reset the connection, or reset before reading. Of one key no more than a few calls meet such a fault.
 */
import type { JsonObject } from '@mainspring/engine/json.ts';
import type { Fate } from '@mainspring/engine/run/testing/random-workflow.ts';
import type { ActionContext } from '@mainspring/sdk/action.ts';
import { rateLimited, retryable, terminal, unknownOutcome } from '@mainspring/sdk/failure.ts';
import type { Machine } from '../machine.ts';
import type { Random } from '../random.ts';
import type { Scheduler } from '../scheduler.ts';

export type Call = {
  readonly machine: Machine;
  readonly type: 'sim.call' | 'sim.once';
  readonly input: { readonly node: string; readonly fate: Fate };
  readonly context: ActionContext;
};

export type Service = {
  readonly call: (call: Call) => Promise<JsonObject>;
  /** What was done under this key, or undefined. */
  readonly doneUnder: (key: string) => JsonObject | undefined;
};

export type ServiceFault = 'none' | 'reset-before' | 'reset-after' | 'hang' | 'hang-after' | 'rate-limited' | 'slow';

const MOST_FAULTS_PER_KEY = 2;
/** Some answers take their time also in the best of weathers. */
const SLOW_RATE = 0.2;
const FAULTS: readonly ServiceFault[] = ['reset-before', 'reset-after', 'hang', 'hang-after', 'rate-limited', 'slow'];

export function createService(options: {
  readonly scheduler: Scheduler;
  readonly random: Random;
  /** How likely a call meets a fault, now. */
  readonly faultRate: () => number;
  readonly onCall: (call: Call) => void;
  readonly onSettled: (call: Call) => void;
  /** The service refused for good knowledge: it did nothing. */
  readonly onRefused: (key: string) => void;
  readonly onDone: (call: Call) => void;
  readonly onFault: (fault: ServiceFault) => void;
}): Service {
  const { scheduler, random, faultRate } = options;
  const done = new Map<string, JsonObject>();
  const faults = new Map<string, number>();

  const drawFault = (key: string): ServiceFault => {
    const met = faults.get(key) ?? 0;
    if (met >= MOST_FAULTS_PER_KEY || !random.chance(faultRate())) return 'none';
    faults.set(key, met + 1);
    const fault = random.pick(FAULTS);
    options.onFault(fault);
    return fault;
  };
  const perform = (call: Call): JsonObject => {
    const key = call.context.idempotencyKey;
    const output = done.get(key) ?? { did: call.context.step };
    done.set(key, output);
    options.onDone(call);
    return output;
  };

  return {
    doneUnder: (key) => done.get(key),
    call: (call) => {
      options.onCall(call);
      const { context, machine } = call;
      const key = context.idempotencyKey;
      const fault = drawFault(key);
      return new Promise((resolve, reject) => {
        const hear = (settle: () => void) => () => {
          options.onSettled(call);
          settle();
        };
        const answer = (settle: () => void) => {
          const isSlow = fault === 'slow' || random.chance(SLOW_RATE);
          const delayMs = random.between(1, isSlow ? 2_500 : 40);
          scheduler.after(delayMs, () => machine.main.deliver(hear(settle)));
        };
        const refuse = (error: Error) => {
          options.onRefused(key);
          answer(() => reject(error));
        };
        context.signal.addEventListener('abort', () => reject(context.signal.reason), { once: true });
        scheduler.after(random.between(1, 20), () => {
          if (fault === 'hang') return;
          if (fault === 'reset-before') return answer(() => reject(lostAnswer(call)));
          if (fault === 'rate-limited') return refuse(rateLimited('Too many.', Math.round(random.between(100, 1_500))));
          const refusal = refusalOf(call);
          if (refusal !== null) return refuse(refusal);
          const output = perform(call);
          if (fault === 'hang-after') return;
          if (fault === 'reset-after') return answer(() => reject(lostAnswer(call)));
          answer(() => resolve(output));
        });
      });
    },
  };
}

/** An honest action cannot tell whether a call whose answer it did not hear was carried out. */
function lostAnswer(call: Call): Error {
  const message = 'The connection was reset.';
  return call.type === 'sim.once' ? unknownOutcome(message) : retryable('reset', message);
}

export function refusalOf(call: {
  readonly input: { readonly fate: Fate };
  readonly context: Pick<ActionContext, 'attempt'>;
}): Error | null {
  switch (call.input.fate) {
    case 'fine':
      return null;
    case 'flaky':
      return call.context.attempt === 1 ? retryable('flaky', 'Not the first time.') : null;
    case 'busy':
      return retryable('busy', 'Never.');
    case 'refused':
      return terminal('refused', 'No.');
  }
}
