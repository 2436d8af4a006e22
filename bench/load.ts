/** Sends requests over loopback and notes how long each took. Bounded in count and in connections. */
import { performance } from 'node:perf_hooks';
import { Pool } from 'undici';

export type Target = { readonly origin: string; readonly path: string };

export type LoadReport = {
  readonly accepted: number;
  readonly refused: number;
  readonly seconds: number;
  /** Milliseconds from sending to the whole answer, sorted. */
  readonly latenciesMs: readonly number[];
};

const CONNECTIONS = 96;

/** As many as the server takes: each connection sends its next request when the last was answered. */
export async function sendClosed(target: Target, count: number, bodyOf: (n: number) => string): Promise<LoadReport> {
  const pool = new Pool(target.origin, { connections: CONNECTIONS });
  const latenciesMs: number[] = [];
  let next = 0;
  let accepted = 0;
  const begin = performance.now();
  const sendAll = async () => {
    for (let n = next++; n < count; n = next++) {
      const sent = performance.now();
      if (await post(pool, target.path, bodyOf(n))) accepted += 1;
      latenciesMs.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, sendAll));
  const seconds = (performance.now() - begin) / 1000;
  await pool.close();
  return { accepted, refused: count - accepted, seconds, latenciesMs: latenciesMs.sort((a, b) => a - b) };
}

/** At a fixed rate, whether or not the server keeps up: latency counts from when the request was due. */
export async function sendOpen(
  target: Target,
  load: { readonly perSecond: number; readonly seconds: number },
  bodyOf: (n: number) => string,
): Promise<LoadReport> {
  const pool = new Pool(target.origin, { connections: CONNECTIONS });
  const latenciesMs: number[] = [];
  const count = load.perSecond * load.seconds;
  let accepted = 0;
  const begin = performance.now();
  const sendOne = async (n: number) => {
    const due = begin + (n * 1000) / load.perSecond;
    await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
    if (await post(pool, target.path, bodyOf(n))) accepted += 1;
    latenciesMs.push(performance.now() - due);
  };
  await Promise.all(Array.from({ length: count }, (_, n) => sendOne(n)));
  const seconds = (performance.now() - begin) / 1000;
  await pool.close();
  return { accepted, refused: count - accepted, seconds, latenciesMs: latenciesMs.sort((a, b) => a - b) };
}

async function post(pool: Pool, path: string, body: string): Promise<boolean> {
  const { statusCode, body: answer } = await pool.request({
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json' },
    body,
  });
  await answer.dump();
  return statusCode === 202;
}

export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
