/** Sends requests over loopback and notes how long each took. Bounded in count and in connections. */
import { performance } from 'node:perf_hooks';
import { Pool } from 'undici';

export type Target = { readonly origin: string; readonly pathOf: (n: number) => string };

export type LoadReport = {
  readonly accepted: number;
  readonly refused: number;
  readonly seconds: number;
  /** Milliseconds until the whole answer had come, in the order of sending. */
  readonly latenciesMs: readonly number[];
};

const CONNECTIONS = 96;

/** As many as the server takes: each connection sends its next request when the last was answered. */
export async function sendClosed(target: Target, count: number, bodyOf: (n: number) => string): Promise<LoadReport> {
  return sendWith(target, count, async (sendOne) => {
    let next = 0;
    const sendNext = async () => {
      for (let n = next++; n < count; n = next++) await sendOne(n, bodyOf(n), performance.now());
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, sendNext));
  });
}

/** At a fixed rate, whether or not the server keeps up: latency counts from when the request was due. */
export async function sendOpen(
  target: Target,
  load: { readonly perSecond: number; readonly seconds: number },
  bodyOf: (n: number) => string,
): Promise<LoadReport> {
  const count = load.perSecond * load.seconds;
  return sendWith(target, count, async (sendOne, begin) => {
    const sendWhenDue = async (n: number) => {
      const due = begin + (n * 1000) / load.perSecond;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
      await sendOne(n, bodyOf(n), due);
    };
    await Promise.all(Array.from({ length: count }, (_, n) => sendWhenDue(n)));
  });
}

type SendOne = (n: number, body: string, since: number) => Promise<void>;

async function sendWith(
  target: Target,
  count: number,
  sendAll: (sendOne: SendOne, begin: number) => Promise<void>,
): Promise<LoadReport> {
  const pool = new Pool(target.origin, { connections: CONNECTIONS });
  const latenciesMs = new Array<number>(count).fill(Number.NaN);
  let accepted = 0;
  const begin = performance.now();
  await sendAll(async (n, body, since) => {
    if (await post(pool, target.pathOf(n), body)) accepted += 1;
    latenciesMs[n] = performance.now() - since;
  }, begin);
  const seconds = (performance.now() - begin) / 1000;
  await pool.close();
  return { accepted, refused: count - accepted, seconds, latenciesMs };
}

async function post(pool: Pool, path: string, body: string): Promise<boolean> {
  const headers = { 'content-type': 'application/json' };
  const answer = await pool.request({ method: 'POST', path, headers, body });
  await answer.body.dump();
  return answer.statusCode === 202 || answer.statusCode === 200;
}
