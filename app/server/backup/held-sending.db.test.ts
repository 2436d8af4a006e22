import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { confirmRestore } from '../../features/operations/server/confirm-restore.ts';
import { type Database, openDatabase } from '../../platform/db/database.ts';
import { migrate } from '../../platform/db/migrate.ts';
import { makeTemporaryFolder } from '../../platform/db/testing/temporary-folder.ts';
import { createTestRuntime, type TestRuntime } from '../../runtime/testing/test-runtime.ts';
import { waitFor } from '../../runtime/testing/wait-for.ts';
import { openBackup } from './read-backup.ts';
import { restoreBackup } from './restore-backup.ts';
import { writeBackup } from './write-backup.ts';

const log = pino({ level: 'silent' });
const NAME = `held_${randomBytes(6).toString('hex')}`;
let folder: string;
let origin: TestRuntime;
let restored: Database;

beforeAll(async () => {
  folder = await makeTemporaryFolder();
  origin = await createTestRuntime();
  await administer(`create database ${NAME}`);
  restored = await openDatabase({ connection: connection(), log, applicationName: 'test', poolSize: 4 });
});
afterAll(async () => {
  await restored.close();
  await administer(`drop database ${NAME} with (force)`);
  await origin.close();
  await rm(folder, { recursive: true, force: true });
});

const connection = () => ({ ...inject('testPostgres'), database: NAME });

async function administer(statement: string): Promise<void> {
  const client = new pg.Client(inject('testPostgres'));
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

const DEFINITION = {
  nodes: [
    { id: 'pause', type: 'flow.delay', input: { for: 'PT2S' } },
    { id: 'double', type: 'test.double', input: { n: 2 } },
    { id: 'note', type: 'test.note', input: { text: 'seen' } },
    { id: 'send', type: 'test.call', input: { to: 'ada' }, repeatable: false },
    { id: 'again', type: 'test.call', input: { to: 'bob' } },
  ],
  edges: [
    { from: 'pause', to: 'double' },
    { from: 'double', to: 'note' },
    { from: 'note', to: 'send' },
    { from: 'send', to: 'again' },
  ],
};
const RUNS = 5;

test('a restored backup sends nothing until a person confirms, then each once under the key it always had', async () => {
  const workflowId = await origin.deploy(DEFINITION);
  const runs = await Promise.all(Array.from({ length: RUNS }, () => origin.start(workflowId)));
  const sleeping = "select count(*)::int as n from runs where status = 'waiting' and worker_id is null";
  await waitFor(async () => (await origin.db.engine.query(sleeping)).rows[0].n === RUNS);
  const file = join(folder, 'waiting.backup');
  await writeBackup(origin.db.owner, file);
  await Promise.all(runs.map((run) => origin.result(run)));
  const sent = origin.world.calls.splice(0).map(({ key }) => key);

  // The table of the test's own action is none of Mainspring's.
  await migrate(restored.owner, log);
  await restored.owner.query(`
    create table test_notes (org_id uuid not null, run_id uuid not null, step text not null, text text not null);
    select mainspring.protect('test_notes')`);
  const backup = await openBackup(file);
  await restoreBackup(restored.owner, log, backup).finally(backup.close);
  const runtime = origin.another({ db: restored, connection: connection(), heldRecheckMs: 50 });
  await runtime.start();
  try {
    const steps = () => Promise.all(runs.map((run) => runtime.listSteps(origin.organizationId, run)));
    // What sends nothing goes on: the note before it is written. Each has asked a few times by then.
    await waitFor(async () =>
      (await steps()).every((each) => each.some(({ error }) => error?.code === 'sending_held')),
    );
    const [first] = await steps();
    expect(first?.find(({ id }) => id === 'note')).toMatchObject({ status: 'completed' });
    expect(first?.find(({ id }) => id === 'send')).toMatchObject({ status: 'waiting', attempt: 1 });
    expect(origin.world.calls).toEqual([]);

    const caller = { organizationId: origin.organizationId, actor: { kind: 'system' } } as const;
    expect(await restored.withTenant(caller.organizationId, (tx) => confirmRestore(tx, caller))).toBe(true);
    expect(await restored.withTenant(caller.organizationId, (tx) => confirmRestore(tx, caller))).toBe(false);
    for (const run of runs) {
      expect(await runtime.waitForResult(caller.organizationId, run, 15_000)).toMatchObject({ status: 'completed' });
    }
    expect(origin.world.calls.map(({ key }) => key).toSorted()).toEqual(sent.toSorted());
    const { rows } = await restored.engine.query('select action, after from audit_log where org_id = $1', [
      caller.organizationId,
    ]);
    expect(rows).toEqual([{ action: 'restore.confirmed', after: { sending: 'on' } }]);
  } finally {
    await runtime.stop();
  }
});
