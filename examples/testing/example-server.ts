/** A whole server over a database of its own, with every example published on it, and the services of a test behind it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '@mainspring/app/platform/config/config.ts';
import { createTestDatabase, type TestDatabase } from '@mainspring/app/platform/db/testing/create-test-database.ts';
import { createLog } from '@mainspring/app/platform/log/log.ts';
import { waitFor } from '@mainspring/app/runtime/testing/wait-for.ts';
import { startServer } from '@mainspring/app/server/start-server.ts';
import { type Call, startServices } from '../services.ts';

const FOLDER = join(import.meta.dirname, '..');
const API_KEY = 'key-of-the-examples';
export const REAL_SERVICES = 'http://127.0.0.1:8787';

export const EXAMPLES: readonly string[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.input.json'))
  .map((file) => file.slice(0, -'.input.json'.length));

// biome-ignore lint/suspicious/noExplicitAny: definitions, inputs and answers of every route
export type Anything = any;

export type ExampleServer = {
  readonly database: TestDatabase;
  /** The workflow of an example, as it was created. */
  readonly workflow: (name: string) => Anything;
  /** A file of the folder, with the services of the test in place of its own. */
  readonly read: (file: string) => Anything;
  /** Throws where the answer is an error. */
  readonly api: (method: string, path: string, body?: unknown) => Promise<Anything>;
  /** Starts a run by the trigger of the example; answers with its id. Throws where it starts not just this one. */
  readonly start: (name: string, input: Anything) => Promise<string>;
  /** The run when it has ended or is parked. */
  readonly ended: (runId: string) => Promise<Anything>;
  /** The calls of one run, in order: their keys tell whose they are. */
  readonly callsOf: (runId: string) => readonly Call[];
  /** Its messages, in order. */
  readonly messagesOf: (runId: string) => Promise<readonly Anything[]>;
  readonly close: () => Promise<void>;
};

export async function startExampleServer(): Promise<ExampleServer> {
  const database = await createTestDatabase();
  const services = await startServices(0);
  const config = readConfig({
    PORT: '0',
    DATABASE_URL: databaseUrl(database.connection),
    MAINSPRING_API_KEY: API_KEY,
    MAINSPRING_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    MAINSPRING_ALLOW_PRIVATE_HOSTS: new URL(services.url).host,
  });
  const server = await startServer(config, createLog({ level: 'silent' }));
  const api = (method: string, path: string, body?: unknown) => call(`${server.url}${path}`, method, body);
  const read = (file: string): Anything =>
    JSON.parse(readFileSync(join(FOLDER, file), 'utf8').replaceAll(REAL_SERVICES, services.url));
  const workflows = new Map<string, Anything>();
  for (const name of EXAMPLES) {
    const workflow = await api('POST', '/api/v1/workflows', { definition: read(`${name}.json`) });
    await api('POST', `/api/v1/workflows/${workflow.id}/publish`);
    workflows.set(name, workflow);
  }
  return {
    database,
    workflow: (name) => workflows.get(name),
    read,
    api,
    start: (name, input) => startByTrigger(api, workflows.get(name), input),
    ended: (runId) => waitForEnd(api, runId),
    callsOf: (runId) => services.calls.filter((each) => each.idempotencyKey?.split('/')[1] === runId),
    messagesOf: async (runId) => {
      const { items } = await api('GET', `/api/v1/messages?runId=${runId}`);
      return items.toSorted((a: Anything, b: Anything) => a.createdAt.localeCompare(b.createdAt));
    },
    close: async () => {
      await server.stop();
      await services.close();
      await database.drop();
    },
  };
}

async function startByTrigger(api: ExampleServer['api'], workflow: Anything, input: Anything): Promise<string> {
  const [trigger] = workflow.draft.triggers;
  switch (trigger.type) {
    case 'event':
      return onlyRun(await api('POST', '/api/v1/events', { type: trigger.event, data: input }));
    case 'webhook':
      return onlyRun(await api('POST', new URL(workflow.triggers[0].url).pathname, input.body));
    default:
      return (await api('POST', `/api/v1/workflows/${workflow.id}/execute`, { input })).runId;
  }
}

function onlyRun({ runIds }: { readonly runIds: readonly string[] }): string {
  const [runId, ...others] = runIds;
  if (runId === undefined || others.length > 0) throw new Error(`one run should start, not ${runIds.length}`);
  return runId;
}

async function waitForEnd(api: ExampleServer['api'], runId: string): Promise<Anything> {
  let run: Anything;
  await waitFor(async () => {
    run = await api('GET', `/api/v1/runs/${runId}`);
    return ['completed', 'failed', 'cancelled', 'parked'].includes(run.status);
  });
  return run;
}

async function call(url: string, method: string, body?: unknown): Promise<Anything> {
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${API_KEY}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${JSON.stringify(answer)}`);
  return answer;
}

export function databaseUrl({ user, password, host, port, database }: TestDatabase['connection']): string {
  const url = new URL(`postgres://${user}:${encodeURIComponent(password)}@localhost:${port}/${database}`);
  url.searchParams.set('host', host);
  return url.href;
}
