import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../platform/ids/id.ts';
import { createTestRuntime, type TestRuntime } from './testing/test-runtime.ts';

let there: TestRuntime;
beforeAll(async () => {
  there = await createTestRuntime();
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
});
