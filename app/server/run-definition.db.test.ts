import type { WorkflowDefinition } from '@mainspring/engine/definition/format.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../platform/db/testing/create-test-database.ts';
import type { StepView } from '../runtime/public.ts';
import { runDefinition } from './run-definition.ts';

const waiting: WorkflowDefinition = {
  format: 'mainspring/workflow@1',
  name: 'Double after a while',
  triggers: [{ id: 'start', type: 'manual' }],
  nodes: [
    { id: 'double', type: 'flow.set', input: { vars: { n: { $: 'event.data.n * 2' } } } },
    { id: 'pause', type: 'flow.delay', input: { for: 'PT1S' } },
    { id: 'done', type: 'flow.stop', input: { status: 'completed', output: { $: 'vars.n' } } },
  ],
  edges: [
    { from: 'start', to: 'double' },
    { from: 'double', to: 'pause' },
    { from: 'pause', to: 'done' },
  ],
  settings: {},
};

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

function run(name: string, more: Partial<Parameters<typeof runDefinition>[0]> = {}) {
  return runDefinition({
    env: { DATABASE_URL: databaseUrl(database.connection) },
    name,
    definition: waiting,
    input: { n: 21 },
    onSteps: () => {},
    onNewApiKey: () => {},
    onBorrowed: () => {},
    onOtherDefinition: () => {},
    signal: new AbortController().signal,
    ...more,
  });
}

function databaseUrl({ user, password, host, port, database }: TestDatabase['connection']): string {
  const url = new URL(`postgres://${user}:${encodeURIComponent(password)}@localhost:${port}/${database}`);
  url.searchParams.set('host', host);
  return url.href;
}

describe('a definition run by itself', () => {
  test('ends with its result and shows its steps', async () => {
    let steps: readonly StepView[] = [];
    const result = await run('whole', {
      onSteps: (now) => {
        steps = now;
      },
    });
    expect(result).toMatchObject({ status: 'completed', output: 42 });
    expect(steps.map((step) => [step.nodeId, step.status])).toEqual([
      ['double', 'completed'],
      ['pause', 'completed'],
      ['done', 'completed'],
    ]);
  });

  test('goes on where it was stopped, as the same run', async () => {
    const interruption = new AbortController();
    const stopped = await run('stopped', {
      signal: interruption.signal,
      onSteps: (steps) => {
        if (steps.some((step) => step.status === 'waiting')) interruption.abort();
      },
    });
    expect(stopped).toBeUndefined();
    const again = await run('stopped', { input: { n: 1 } });
    expect(again).toMatchObject({ status: 'completed', output: 42 });
    expect((await run('stopped'))?.id).toBe(again?.id);
  });

  test('tells when its name belongs to a run of another definition, and goes on with that run', async () => {
    const told: string[] = [];
    const once = (definition: WorkflowDefinition, what: string) =>
      run('edited', { definition, onOtherDefinition: () => told.push(what) });
    const first = await once(waiting, 'new');
    expect((await once(waiting, 'same'))?.id).toBe(first?.id);
    expect(await once({ ...waiting, nodes: waiting.nodes.slice(0, 1), edges: [] }, 'edited')).toEqual(first);
    expect(told).toEqual(['edited']);
  });

  test('leaves no trigger active', async () => {
    await run('quiet');
    const { rows } = await database.engine.query('select 1 from deployments where active');
    expect(rows).toEqual([]);
  });

  test('answers a run that failed', async () => {
    const nodes = [{ id: 'bad', type: 'flow.stop', input: { status: 'failed', message: 'no' } }];
    const definition = { ...waiting, nodes, edges: [{ from: 'start', to: 'bad' }] };
    expect(await run('failing', { definition })).toMatchObject({ status: 'failed', error: { nodeId: 'bad' } });
  });
});
