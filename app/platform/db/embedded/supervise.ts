import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../log.ts';

export type Supervised = {
  /** Of the process that runs now; it changes when it had to be started again. */
  pid(): number;
  stop(): Promise<void>;
};

/** A shutdown that takes longer is cut short; PostgreSQL then recovers at its next start. */
const STOP_MS = 60_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Keeps PostgreSQL running: launched once (a failure is the caller's), and again whenever it ends without having been
 * asked to. Its clients meanwhile see a database that does not answer, as with any other restart.
 *
 * States: running -> (ended) -> relaunching -> running; stop() leads from any of them to stopped.
 */
export async function supervise(launch: () => Promise<ChildProcess>, log: Log): Promise<Supervised> {
  const stopping = new AbortController();
  let child = await launch();

  const run = async () => {
    for (;;) {
      await end(child, stopping.signal);
      if (stopping.signal.aborted) return;
      log.error({ code: child.exitCode, signal: child.signalCode }, 'PostgreSQL ended by itself; starting it again');
      const next = await relaunch(launch, log, stopping.signal);
      if (next === null) return;
      child = next;
    }
  };
  const stopped = run();
  return {
    pid: () => child.pid ?? 0,
    stop: () => {
      stopping.abort();
      return stopped;
    },
  };
}

/** Waits until the process has ended; a fast shutdown is asked for once `stopping` is aborted. */
async function end(child: ChildProcess, stopping: AbortSignal): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  let deadline: NodeJS.Timeout | undefined;
  const shutDown = () => {
    child.kill('SIGINT');
    deadline = setTimeout(() => child.kill('SIGQUIT'), STOP_MS);
  };
  if (stopping.aborted) shutDown();
  else stopping.addEventListener('abort', shutDown, { once: true });
  await ended;
  stopping.removeEventListener('abort', shutDown);
  clearTimeout(deadline);
}

async function relaunch(
  launch: () => Promise<ChildProcess>,
  log: Log,
  stopping: AbortSignal,
): Promise<ChildProcess | null> {
  for (let pauseMs = FIRST_PAUSE_MS; !stopping.aborted; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return await launch();
    } catch (error) {
      log.error({ err: error, retryInMs: pauseMs }, 'PostgreSQL does not start');
      await delay(pauseMs, undefined, { signal: stopping }).catch(() => {});
    }
  }
  return null;
}
