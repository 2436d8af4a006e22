import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../platform/ids/id.ts';
import { createTestRuntime, type TestRuntime } from './testing/test-runtime.ts';

let there: TestRuntime;
const paused: string[] = [];
beforeAll(async () => {
  there = await createTestRuntime({ onTooDeep: (_organizationId, workflowId) => void paused.push(workflowId) });
});
afterAll(() => there.close());

const LONGEST_CHAIN = 20;

test('a ring of workflows that call each other ends at the longest chain, and its last step says why', async () => {
  const [one, two] = [newId(), newId()];
  const calling = (workflow: string) => ({
    nodes: [{ id: 'call', type: 'flow.workflow', input: { workflow, wait: true } }],
  });
  await there.redeploy(one, 1, calling(two));
  await there.redeploy(two, 1, calling(one));
  const result = await there.result(await there.start(one));
  expect(result.status).toBe('failed');
  const { rows } = await there.db.engine.query(
    'select depth::int, error ->> $2 as code from run_history where org_id = $1 order by depth desc',
    [there.organizationId, 'code'],
  );
  expect(rows.length).toBe(LONGEST_CHAIN + 1);
  expect(rows[0]).toEqual({ depth: LONGEST_CHAIN, code: 'too_deep' });
  expect(paused).toEqual([two]);
});

test('an event at the end of such a chain starts nothing, and whom it would have started is told of', async () => {
  paused.length = 0;
  const listening = await there.deploy({
    triggers: [{ id: 'heard', type: 'event', event: 'lead.changed' }],
    nodes: [{ id: 'double', type: 'test.double', input: { n: 1 } }],
  });
  const event = { organizationId: there.organizationId, type: 'lead.changed', data: {}, subjectId: null, time: null };
  const accept = (depth: number) => there.runtime.accept({ ...event, key: null, target: null, depth });
  expect(await accept(LONGEST_CHAIN)).toMatchObject({ decisions: [{ outcome: 'started' }] });
  expect(paused).toEqual([]);
  expect(await accept(LONGEST_CHAIN + 1)).toMatchObject({ runIds: [], decisions: [{ outcome: 'too_deep' }] });
  expect(paused).toEqual([listening]);
});
