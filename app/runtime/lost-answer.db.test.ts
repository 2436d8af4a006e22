/** A commit that happened, and whose worker was told that it failed. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestRuntime, type DefinitionSketch, type TestRuntime } from './testing/test-runtime.ts';

let test: TestRuntime;
let answersToLose = 0;
beforeAll(async () => {
  test = await createTestRuntime({
    onFailpoint: (point) => {
      if (point !== 'after-commit' || answersToLose === 0) return;
      answersToLose -= 1;
      throw new Error('the answer was lost');
    },
  });
});
afterAll(() => test.close());

/** The run stays with its worker while it waits for the call. */
const besideACall = (nodes: DefinitionSketch['nodes']): DefinitionSketch => ({
  nodes: [{ id: 'call', type: 'test.call', input: {} }, ...nodes],
});

async function runWithLostAnswer(definition: DefinitionSketch): Promise<string> {
  const workflowId = await test.deploy(definition);
  answersToLose = 1;
  const runId = await test.start(workflowId);
  expect(await test.result(runId)).toMatchObject({ status: 'completed' });
  expect(answersToLose).toBe(0);
  return runId;
}

it('writes a record once', async () => {
  const runId = await runWithLostAnswer(besideACall([{ id: 'note', type: 'test.note', input: { text: 'once' } }]));
  const { rows } = await test.db.engine.query('select text from test_notes where run_id = $1', [runId]);
  expect(rows).toEqual([{ text: 'once' }]);
});

it('starts a child once', async () => {
  const childId = await test.deploy({ nodes: [{ id: 'done', type: 'flow.stop', input: {} }] });
  const start = { id: 'start', type: 'flow.workflow', input: { workflow: childId, wait: false } };
  const runId = await runWithLostAnswer(besideACall([start]));
  const { rows } = await test.db.engine.query(
    'select id from runs where parent_run_id = $1 union all select id from run_history where parent_run_id = $1',
    [runId],
  );
  expect(rows).toHaveLength(1);
});

it('calls once, with an answer that is kept', async () => {
  const before = test.world.calls.length;
  const runId = await runWithLostAnswer(besideACall([]));
  expect(test.world.calls.slice(before).map((call) => call.context.runId)).toEqual([runId]);
});
