import { stepId } from '../database/tables.ts';
import type { Call } from '../world/service.ts';
import type { CreateInvariant } from './invariant.ts';

/**
 * Outside calls: begun only by the holder of the run, under a lease that the database knows, after the commit that says
 * so; with one key and one input for one step; and where they must not be repeated, not again unless the service said
 * that it did nothing, or a person allowed it.
 */
export const calls: CreateInvariant = ({ site, fail }) => {
  const { tables, server, leaseMs } = site;
  const inputs = new Map<string, string>();
  /** Calls under a key that must not be repeated, whose outcome is not known to be nothing. */
  const open = new Map<string, number>();
  const allowed = new Map<string, number>();
  const done = new Map<string, number>();
  const retried = new Set<string>();
  const inFlight = new Map<string, Call>();
  return {
    onCall: (call) => {
      const { machine, type, input, context } = call;
      const { runId, step, attempt, idempotencyKey: key, organizationId } = context;
      const about = `the call of ${runId}/${step}, attempt ${attempt}, by ${machine.name}`;
      if (key !== `${organizationId}/${runId}/${step}`) fail(`${about} has the key ${key}`);
      const text = JSON.stringify(input);
      const first = inputs.get(key) ?? text;
      inputs.set(key, text);
      // A run that a person retries works its inputs out anew.
      if (first !== text && !retried.has(runId)) fail(`${about} has the input ${text} under the key of ${first}`);

      const other = inFlight.get(`${machine.name}/${key}`);
      if (other !== undefined && !other.context.signal.aborted) fail(`${about} was begun beside another`);
      inFlight.set(`${machine.name}/${key}`, call);

      const record = server.find(tables.steps, stepId(runId, step));
      if (record?.status !== 'running' || record.attempt !== attempt) {
        fail(`${about} was begun before its commit: the step is ${record?.status}, attempt ${record?.attempt}`);
      }
      const holder = server.find(tables.runs, runId)?.worker_id ?? null;
      const lease = holder === null ? undefined : server.find(tables.workers, holder);
      const mayDiffer = site.lastJumpMs() + leaseMs > site.scheduler.nowMs();
      if (!mayDiffer && (lease === undefined || lease.lease_until_ms < server.clockMs())) {
        fail(`${about} was begun after its lease`);
      }
      if (!mayDiffer && site.machineOf(holder) !== machine.name) fail(`${about} was begun without holding the run`);

      if (type !== 'sim.once') return;
      const most = allowed.get(runId) ?? 0;
      const unknown = open.get(key) ?? 0;
      if (unknown > most) fail(`${about} repeats what must not be repeated`);
      open.set(key, unknown + 1);
    },
    onSettled: ({ machine, context }) => void inFlight.delete(`${machine.name}/${context.idempotencyKey}`),
    onRefused: (key) => open.set(key, (open.get(key) ?? 1) - 1),
    onDone: ({ type, context: { idempotencyKey: key, runId } }) => {
      if (type !== 'sim.once') return;
      const times = (done.get(key) ?? 0) + 1;
      done.set(key, times);
      if (times > 1 + (allowed.get(runId) ?? 0)) fail(`${key} must not be repeated and was done ${times} times`);
    },
    onRepeatAllowed: (runId, what) => {
      allowed.set(runId, (allowed.get(runId) ?? 0) + 1);
      if (what === 'run') retried.add(runId);
    },
  };
};
