import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestRuntime, type TestRuntime } from './testing/test-runtime.ts';

let test: TestRuntime;
beforeAll(async () => {
  // This one accepts and is asked; the worker of each test begins later.
  test = await createTestRuntime({ roles: { worker: false, scheduler: false } });
});
afterAll(() => test.close());

it('a run that is cancelled before it begins calls nothing', async () => {
  const workflowId = await test.deploy({
    nodes: [
      { id: 'note', type: 'test.note', input: { text: 'never' } },
      { id: 'call', type: 'test.call', input: {} },
    ],
  });
  const runId = await test.start(workflowId);
  expect(await test.runtime.command(test.organizationId, runId, { kind: 'cancel' })).toEqual({ kind: 'done' });
  const worker = test.another({ roles: { worker: true, scheduler: false } });
  await worker.start();
  expect(await test.result(runId)).toMatchObject({ status: 'cancelled' });
  await worker.stop();
  expect(test.world.calls).toEqual([]);
  const { rows } = await test.db.engine.query('select 1 from test_notes where run_id = $1', [runId]);
  expect(rows).toEqual([]);
});
