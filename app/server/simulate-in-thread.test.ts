import type { WorkflowDefinition } from '@mainspring/engine/definition/format.ts';
import { afterAll, describe, expect, test } from 'vitest';
import type { SimulationGiven } from '../features/workflows/server/workflows-context.ts';
import { createSimulationThread } from './simulate-in-thread.ts';

const threads: { stop: () => Promise<void> }[] = [];
afterAll(() => Promise.all(threads.map((thread) => thread.stop())));

function start(limits?: { timeMs: number }) {
  const thread = createSimulationThread(limits);
  threads.push(thread);
  return thread;
}

function given(change: Partial<SimulationGiven> = {}, nodes: WorkflowDefinition['nodes'] = []): SimulationGiven {
  return {
    definition: {
      format: 'mainspring/workflow@1',
      name: 'x',
      triggers: [{ id: 'start', type: 'manual' }],
      nodes,
      edges: nodes.slice(0, 1).map(({ id }) => ({ from: 'start', to: id })),
      settings: { maxSteps: 1_000_000 },
    },
    from: 0,
    ...change,
  };
}

const endless = given({ clients: Array.from({ length: 1000 }, (_, id) => ({ id })) }, [
  { id: 'loop', type: 'flow.loop', input: { while: 'true', maxIterations: 100_000, collect: { $: 'index' } } },
]);

describe('a simulation in its own thread', () => {
  test('answers what it would in this one, with the real actions', async () => {
    const format = { id: 'text', type: 'text.format', input: { text: 'Hi {{ client.name }}' } };
    const outcome = await start().simulate(given({ clients: [{ id: 'a', name: 'Ann' }] }, [format]));
    expect(outcome).toMatchObject({ kind: 'done', result: { ends: [{ clientId: 'a', status: 'completed' }] } });
    expect(JSON.stringify(outcome)).toContain('Hi Ann');
  });

  test('that never ends is stopped, and the next one goes on', async () => {
    const thread = start({ timeMs: 1000 });
    const [first, second] = await Promise.all([thread.simulate(endless), thread.simulate(given())]);
    expect(first).toEqual({ kind: 'too-large' });
    expect(second.kind).toBe('done');
  });

  test('is refused where too many wait', async () => {
    const thread = start({ timeMs: 1000 });
    const many = Array.from({ length: 21 }, () => thread.simulate(given()));
    expect((await Promise.all(many)).map(({ kind }) => kind).filter((kind) => kind === 'busy')).toHaveLength(1);
  });
});
