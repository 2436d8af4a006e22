import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSandbox } from '../../../platform/sandbox/sandbox.ts';
import { startTestApi, type TestApi } from '../../../server/testing/start-test-api.ts';
import { waitForRun } from '../../../server/testing/wait-for-run.ts';
import { createCodeRun } from './actions/code-run.ts';

const sandbox = createSandbox();
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ actions: [createCodeRun({ sandbox })] });
});
afterAll(async () => {
  await api.stop();
  await sandbox.close();
});

/** One code step whose input is the run's, and whose output is the run's. */
const workflow = (code: unknown) => ({
  definition: {
    format: 'mainspring/workflow@1',
    name: 'Compute',
    triggers: [{ id: 'start', type: 'manual' }],
    nodes: [
      { id: 'compute', type: 'code.run', input: { code, input: { $: 'event.data' } } },
      { id: 'done', type: 'flow.stop', input: { output: { $: 'steps.compute.output' } } },
    ],
    edges: [
      { from: 'start', to: 'compute' },
      { from: 'compute', to: 'done' },
    ],
  },
});

async function execute(code: string, input: unknown) {
  const { body: created } = await api.one.post('/api/v1/workflows', workflow(code));
  const published = await api.one.post(`/api/v1/workflows/${created.id}/publish`);
  expect(published.status, JSON.stringify(published.body)).toBe(200);
  const { body: started } = await api.one.post(`/api/v1/workflows/${created.id}/execute`, { input });
  return waitForRun(api.one, started.runId, 'completed', 'failed');
}

test('code runs as it is written, whatever its braces say', async () => {
  const code =
    'const of = (n) => {{ return "{{ event.data.n }} {% raw %} " + n }};\nconsole.log(of(1)); return of(input.n)';
  expect(await execute(code, { n: 7 })).toMatchObject({
    status: 'completed',
    output: {
      result: '{{ event.data.n }} {% raw %} 7',
      logs: [{ level: 'info', message: '{{ event.data.n }} {% raw %} 1' }],
    },
  });
});

test('data that looks like code stays data', async () => {
  const input = { text: '{{ 7 | times: 6 }}', expression: { $: '6 * 7' }, code: 'process.exit()' };
  expect(await execute('return input', input)).toMatchObject({ status: 'completed', output: { result: input } });
});

test('code that fails fails its step, with its line', async () => {
  const run = await execute('const client = input.client;\nreturn client.name', {});
  expect(run).toMatchObject({
    status: 'failed',
    error: { code: 'code_error', message: expect.stringContaining('(line 2)') },
  });
});

test('no data becomes code', async () => {
  const { body } = await api.one.post('/api/v1/workflows/validate', workflow({ $: 'event.data.code' }));
  expect(body).toMatchObject({
    ok: false,
    problems: [{ code: 'invalid_input', path: '/nodes/0/input/code', message: expect.stringContaining('written out') }],
  });
});
