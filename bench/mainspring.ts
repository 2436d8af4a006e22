/** Mainspring itself as a process of its own, as `npm start` runs it, over a data folder of the bench. */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { type Child, startChild } from './child.ts';
import { threeSteps } from './three-steps.ts';

export type Mainspring = Child & {
  readonly url: string;
  /** Milliseconds from the start of the process until `/readyz` answered 200. */
  readonly readyMs: number;
  readonly apiKey: string;
};

/** As the script `start` of package.json has it. */
const PROGRAM = {
  options: ['--max-semi-space-size=32'],
  file: fileURLToPath(new URL('../cli/bin/mainspring.mjs', import.meta.url)),
  args: ['start'],
};
const READY_POLL_MS = 5;
const READY_WITHIN_MS = 60_000;

export const newApiKey = () => `bench_${randomBytes(24).toString('hex')}`;

export async function startMainspring(dataDir: string, apiKey: string): Promise<Mainspring> {
  const begin = performance.now();
  const env = { MAINSPRING_DATA: dataDir, PORT: '0', HOST: '127.0.0.1', MAINSPRING_API_KEY: apiKey };
  const { ready: url, ...child } = await startChild(PROGRAM, env, (line) => /running at (http\S+)/.exec(line)?.[1]);
  await untilReady(url, begin);
  return { ...child, url, readyMs: performance.now() - begin, apiKey };
}

async function untilReady(url: string, begin: number): Promise<void> {
  while (performance.now() - begin < READY_WITHIN_MS) {
    const { statusCode, body } = await request(`${url}/readyz`);
    await body.dump();
    if (statusCode === 200) return;
    await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS));
  }
  throw new Error(`The server was not ready within ${READY_WITHIN_MS} ms.`);
}

export type Hooks = { readonly accepted: string; readonly result: string };

/** Creates and publishes the workflow of three steps; answers with the paths of its hooks. */
export async function publishThreeSteps(server: Mainspring): Promise<Hooks> {
  const created = await post(server, '/api/v1/workflows', { definition: threeSteps });
  await post(server, `/api/v1/workflows/${created.id}/publish`, {});
  const pathOf = (triggerId: string) => {
    const trigger = created.triggers.find((each: { readonly id: string }) => each.id === triggerId);
    return new URL(trigger.url).pathname;
  };
  return { accepted: pathOf('hook'), result: pathOf('ask') };
}

// biome-ignore lint/suspicious/noExplicitAny: answers of several routes
async function post(server: Mainspring, path: string, content: unknown): Promise<any> {
  const { statusCode, body } = await request(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${server.apiKey}` },
    body: JSON.stringify(content),
  });
  const answer = await body.text();
  if (statusCode >= 300) throw new Error(`${path} answered ${statusCode}: ${answer}`);
  return JSON.parse(answer);
}

/** Runs that this server has brought to their end since it started, by its own metrics. */
export async function countFinished(server: Mainspring): Promise<number> {
  const { body } = await request(`${server.url}/metrics`);
  const text = await body.text();
  const counts = [...text.matchAll(/^mainspring_runs_finished_total\{[^}]*\} (\d+)/gm)].map(([, n]) => Number(n));
  return counts.reduce((sum, n) => sum + n, 0);
}
