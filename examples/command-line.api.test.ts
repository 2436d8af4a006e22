/** `mainspring run` on every example: what it prints, how it exits, and that it goes on where it was killed. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '@mainspring/app/platform/db/testing/create-test-database.ts';
import { makeTemporaryFolder } from '@mainspring/app/platform/db/testing/temporary-folder.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Call, type Services, startServices } from './services.ts';
import { databaseUrl, EXAMPLES, REAL_SERVICES } from './testing/example-server.ts';
import { type SpawnedRun, spawnRun } from './testing/spawn-run.ts';

let folder: string;
let services: Services;
let onCall: (call: Call) => void = () => {};
beforeAll(async () => {
  folder = await makeTemporaryFolder();
  services = await startServices(0, (call) => onCall(call));
  for (const name of EXAMPLES) {
    const text = await readFile(join(import.meta.dirname, `${name}.input.json`), 'utf8');
    const input = JSON.parse(text.replaceAll(REAL_SERVICES, services.url));
    await writeFile(inputFile(name), JSON.stringify(input));
    const waits = Object.keys(input.waits ?? {}).map((wait) => [wait, 'PT0.1S']);
    await writeFile(inputFile(`${name}-hasty`), JSON.stringify({ ...input, waits: Object.fromEntries(waits) }));
  }
});
afterAll(async () => {
  await services?.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  onCall = () => {};
});

const inputFile = (name: string) => join(folder, `${name}.input.json`);

type Environment = Readonly<Record<string, string>>;

function run(name: string, database: Environment, runId?: string, input = inputFile(name)): SpawnedRun {
  const named = runId === undefined ? [] : ['--run-id', runId];
  return spawnRun([`examples/${name}.json`, '--input', input, ...named], {
    MAINSPRING_ALLOW_PRIVATE_HOSTS: new URL(services.url).host,
    ...database,
  });
}
const runHastily = (name: string, database: Environment, runId: string) =>
  run(name, database, runId, inputFile(`${name}-hasty`));

/** Sign and step of each line of a trace. */
const steps = (lines: readonly string[]) => lines.slice(0, -1).map((line) => line.split(' ').slice(0, 2).join(' '));

describe('prints each step of', () => {
  type Ended = Awaited<SpawnedRun['ended']>;
  const ends = new Map<string, Ended>();
  beforeAll(async () => {
    const waiting = [...EXAMPLES];
    const worker = async () => {
      const database = await createTestDatabase();
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
        ends.set(name, await run(name, { DATABASE_URL: databaseUrl(database.connection) }).ended);
      }
      await database.drop();
    };
    // Most of them mostly wait.
    await Promise.all([worker(), worker(), worker()]);
  }, 120_000);

  test.each(EXAMPLES.filter((name) => name !== 'saga'))('%s, and exits with 0', async (name) => {
    const { code, lines, problems } = ends.get(name) as Ended;
    expect({ code, problems, end: lines.at(-1) }).toMatchObject({ code: 0, end: 'run completed' });
    const { nodes } = JSON.parse(await readFile(join(import.meta.dirname, `${name}.json`), 'utf8'));
    const settled = steps(lines).flatMap((line) => /^(?:ok|skip) (\w+)/.exec(line)?.[1] ?? []);
    expect(new Set(settled)).toEqual(new Set(nodes.map((node: { id: string }) => node.id)));
  });

  test('saga, backwards from where it fails, and exits with 1', () => {
    const { code, lines, problems } = ends.get('saga') as Ended;
    expect(code).toBe(1);
    expect(problems).toMatch(/^mainspring: run \S+ did not complete$/m);
    expect(lines.at(-1)).toMatch(/^run failed at contract: .*422/);
    const printed = steps(lines);
    const inOrder = printed.filter((line) => /^(FAIL|ok (refund|cancel_room|release_seat))/.test(line));
    expect(inOrder).toEqual(['FAIL contract', 'ok refund', 'ok cancel_room', 'ok release_seat']);
    const undone = printed.filter((line) => line.startsWith('undo'));
    expect(undone.sort()).toEqual(['undo book_room', 'undo charge', 'undo reserve_seat']);
  });

  test('csv-fan-out, with a line for each of a thousand rows', () => {
    const { lines } = ends.get('csv-fan-out') as Ended;
    expect(lines.filter((line) => line.startsWith('ok advice#'))).toHaveLength(1000);
  });
});

describe('killed and called again with the same run id', { timeout: 60_000 }, () => {
  let database: TestDatabase;
  let own: Environment;
  beforeAll(async () => {
    database = await createTestDatabase();
    own = { DATABASE_URL: databaseUrl(database.connection) };
  });
  afterAll(() => database?.drop());
  let before: number;
  beforeEach(() => {
    before = services.calls.length;
  });
  const calls = () => services.calls.slice(before).map(({ method, path }) => `${method} ${path}`);
  const keys = () => services.calls.slice(before).map((call) => call.idempotencyKey);

  test('it waits on where it waited, and calls nothing twice', async () => {
    const first = run('no-show-recovery', own, 'waits');
    await first.line('wait wait_first');
    first.kill('SIGKILL');
    await first.ended;
    const second = run('no-show-recovery', own, 'waits');
    await second.line('wait answered');
    second.kill('SIGKILL');
    await second.ended;
    const { code, lines } = await run('no-show-recovery', own, 'waits').ended;
    expect({ code, end: lines.at(-1) }).toEqual({ code: 0, end: 'run completed' });
    expect(calls()).toEqual(['POST /sms', 'POST /calls', 'POST /tasks']);
    expect(new Set(keys()).size).toBe(3);
  });

  test('it makes the call again that was under way, with the same key', async () => {
    const first = runHastily('lead-nurture', own, 'calls');
    onCall = () => first.kill('SIGKILL');
    await first.ended;
    onCall = () => {};
    const { code, lines } = await runHastily('lead-nurture', own, 'calls').ended;
    expect({ code, end: lines.at(-1) }).toEqual({ code: 0, end: 'run completed' });
    expect(calls()).toEqual(['POST /sms', 'POST /sms', 'POST /tasks']);
    expect(new Set(keys()).size).toBe(2);
  });

  test('it leaves a call that must not be repeated to a person', async () => {
    const first = runHastily('no-show-recovery', own, 'parks');
    onCall = ({ path }) => {
      if (path === '/calls') first.kill('SIGKILL');
    };
    await first.ended;
    const { code, lines } = await runHastily('no-show-recovery', own, 'parks').ended;
    expect(code).toBe(1);
    expect(lines.at(-1)).toMatch(/^run parked.*call_again/);
    expect(calls()).toEqual(['POST /sms', 'POST /calls']);
  });

  test('it says how to go on when it is stopped by Ctrl-C', async () => {
    const first = run('referral-request', own, 'stops');
    await first.line('wait wait_a_week');
    first.kill('SIGINT');
    const stopped = await first.ended;
    expect(stopped).toMatchObject({ code: 1, problems: expect.stringContaining('--run-id stops goes on with it') });
    const { code, lines } = await run('referral-request', own, 'stops').ended;
    expect({ code, end: lines.at(-1) }).toEqual({ code: 0, end: 'run completed' });
    expect(calls()).toEqual(['POST /credits']);
  });

  test('it prints a run that has ended, and does nothing', async () => {
    const { lines } = await run('referral-request', own, 'stops').ended;
    expect(steps(lines)).toEqual(['ok setup', 'ok wait_a_week', 'ok ask', 'ok offer_credit']);
    expect(calls()).toEqual([]);
  });
});

describe('with the embedded PostgreSQL', { timeout: 60_000 }, () => {
  test('a killed run leaves nothing that the next call cannot clean up', async () => {
    const data = { MAINSPRING_DATA: join(folder, 'killed') };
    const first = run('referral-request', data, 'one');
    await first.line('wait wait_a_week');
    first.kill('SIGKILL');
    await first.ended;
    const { code, lines } = await run('referral-request', data, 'one').ended;
    expect({ code, end: lines.at(-1) }).toEqual({ code: 0, end: 'run completed' });
  });

  test('two follow the same run, and one goes on when the other, which holds the database, is killed', async () => {
    const before = services.calls.length;
    const data = { MAINSPRING_DATA: join(folder, 'shared') };
    const first = run('no-show-recovery', data, 'one');
    await first.line('wait wait_first');
    const second = run('no-show-recovery', data, 'one');
    await second.line('ok setup');
    first.kill('SIGKILL');
    const { code, lines, problems } = await second.ended;
    expect({ code, end: lines.at(-1) }).toEqual({ code: 0, end: 'run completed' });
    expect(problems).toContain('another process holds the data folder');
    expect(services.calls.slice(before).map(({ path }) => path)).toEqual(['/sms', '/calls', '/tasks']);
  });
});
