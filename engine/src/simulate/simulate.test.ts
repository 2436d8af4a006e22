import { describe, expect, test } from 'vitest';
import { DAY, HOUR, type Sketch, START, sketch, testCatalogue } from '../run/testing/world.ts';
import { answersSchema } from './answer.ts';
import { simulate } from './simulate.ts';
import type { DryPerform, Simulation, SimulationResult } from './simulation.ts';

const perform: DryPerform = (type, input) => ({ kind: 'done', output: { echo: input }, summary: `would ${type}` });

function run(given: Sketch, extra: Partial<Simulation> = {}): SimulationResult {
  return simulate({ definition: sketch(given), catalogue: testCatalogue, perform, from: START, ...extra });
}

const lines = ({ timeline }: SimulationResult) =>
  timeline.map(({ at, kind, nodeId }) => `${(Date.parse(at) - START) / HOUR}h ${kind} ${nodeId ?? '-'}`);

const journey: Sketch = {
  nodes: {
    pause: ['flow.delay', { for: 'PT2H' }],
    text: ['test.do', { to: { $: 'client.phone' } }],
    answered: ['flow.wait_for_event', { event: 'sms.received', timeout: 'PT4H' }],
    thank: ['test.pure', {}],
    call: ['test.once', {}],
  },
  edges: ['begin > pause', 'pause > text', 'text > answered', 'answered.received > thank', 'answered.timeout > call'],
};
const ann = { id: 'ann', phone: '+1' };

describe('simulate', () => {
  test('shows what would happen and when', () => {
    const result = run(journey, { clients: [ann] });
    expect(lines(result)).toEqual([
      '0h started -',
      '0h wait pause',
      '2h woke pause',
      '2h call text',
      '2h wait answered',
      '6h woke answered',
      '6h call call',
      '6h finished -',
    ]);
    expect(result.timeline[3]).toEqual({
      at: '2026-03-01T14:00:00.000Z',
      kind: 'call',
      nodeId: 'text',
      clientId: 'ann',
      detail: {
        step: 'text',
        input: { to: '+1' },
        output: { echo: { to: '+1' } },
        port: 'next',
        summary: 'would test.do',
      },
    });
    expect(result.ends).toEqual([
      { clientId: 'ann', status: 'completed', at: '2026-03-01T18:00:00.000Z', steps: 4, output: null, error: null },
    ]);
  });

  test('an awaited event may be made to come', () => {
    const answers = answersSchema.parse({ answered: { event: { data: { text: 'Yes' } }, after: 'PT1H' } });
    const result = run(journey, { clients: [ann], answers });
    expect(lines(result).slice(-3)).toEqual(['3h woke answered', '3h step thank', '3h finished -']);
    expect(result.timeline.at(-3)?.detail).toMatchObject({ output: { type: 'sms.received', data: { text: 'Yes' } } });
  });

  test('actions may be made to fail, to take time and to answer', () => {
    const answers = answersSchema.parse({
      text: [{ error: { retry: true } }, { output: { sid: 1 }, after: 'PT1H' }],
      call: { error: { code: 'busy', message: 'Busy' } },
    });
    const result = run(journey, { clients: [ann], answers });
    const kinds = result.timeline
      .filter(({ nodeId }) => nodeId === 'text')
      .map(({ kind, detail }) => [kind, detail.reason ?? detail.output]);
    expect(kinds).toEqual([
      ['wait', 'retry'],
      ['call', { sid: 1 }],
    ]);
    expect(result.timeline.at(-1)).toMatchObject({
      kind: 'finished',
      nodeId: 'call',
      detail: { status: 'failed', error: { code: 'busy' } },
    });
    expect(result.ends[0]).toMatchObject({ status: 'failed', error: { code: 'busy', nodeId: 'call' } });
  });

  test('runs of many clients interleave in order of time', () => {
    const clients = ['PT3H', 'PT1H', 'PT2H'].map((wait, index) => ({ id: index, wait }));
    const result = run(
      { nodes: { pause: ['flow.delay', { for: { $: 'client.wait' } }] }, edges: ['begin > pause'] },
      { clients },
    );
    const woken = result.timeline.filter(({ kind }) => kind === 'woke').map(({ clientId }) => clientId);
    expect(woken).toEqual(['1', '2', '0']);
    expect(result.ends.map(({ clientId }) => clientId)).toEqual(['0', '1', '2']);
  });

  test('stops at its end with runs as they stand', () => {
    const result = run(journey, { clients: [ann], until: START + 3 * HOUR });
    expect(lines(result).at(-1)).toBe('2h wait answered');
    expect(result.ends).toEqual([
      { clientId: 'ann', status: 'waiting', at: '2026-03-01T15:00:00.000Z', steps: 3, output: null, error: null },
    ]);
  });

  test('is the same each time, and differs by seed', () => {
    const split: Sketch = {
      nodes: { s: ['flow.split', { branches: [{ name: 'a' }, { name: 'b' }] }] },
      edges: ['begin > s'],
    };
    const port = (seed: string) => run(split, { seed }).timeline.find(({ nodeId }) => nodeId === 's')?.detail.port;
    const ports = Array.from({ length: 20 }, (_, index) => port(`seed-${index}`));
    expect(Array.from({ length: 20 }, (_, index) => port(`seed-${index}`))).toEqual(ports);
    expect(new Set(ports).size).toBe(2);
  });

  test('children run too', () => {
    const parent: Sketch = {
      nodes: {
        call: ['flow.workflow', { workflow: 'other', input: { n: 3 }, wait: true }],
        after: ['test.do', { got: { $: 'steps.call.output' } }],
      },
      edges: ['begin > call', 'call > after'],
    };
    const other = sketch({
      nodes: { wait: ['flow.delay', { for: 'P1D' }], stop: ['flow.stop', { output: { $: 'event.data.n * 2' } }] },
      edges: ['begin > wait', 'wait > stop'],
    });
    const result = run(parent, { workflows: (id) => (id === 'other' ? other : undefined) });
    expect(result.timeline.find(({ nodeId }) => nodeId === 'after')).toMatchObject({
      at: new Date(START + DAY).toISOString(),
      detail: { input: { got: 6 } },
    });
    expect(result.timeline.filter(({ detail }) => detail.workflowId === 'other').map(({ kind }) => kind)).toEqual([
      'started',
      'wait',
      'woke',
      'step',
      'finished',
    ]);
    expect(run(parent).ends[0]?.status).toBe('completed');
  });

  test('a workflow that starts itself comes to an end', () => {
    const self: Sketch = {
      nodes: { again: ['flow.workflow', { workflow: 'self', wait: true }] },
      edges: ['begin > again'],
    };
    const result = run(self, { workflows: () => sketch(self) });
    expect(result.ends[0]?.status).toBe('failed');
    expect(JSON.stringify(result.timeline)).toContain('too_deep');
  });

  test('the time line has a limit, the ends have none', () => {
    const result = run(journey, { clients: [ann, ann, ann], maxEntries: 5 });
    expect(result.timeline).toHaveLength(5);
    expect(result.truncated).toBe(true);
    expect(result.ends.map(({ status }) => status)).toEqual(['completed', 'completed', 'completed']);
  });

  test('the trigger is the one that listens to the event', () => {
    const given: Sketch = {
      triggers: [
        { id: 'hand', type: 'manual' },
        { id: 'lead', type: 'event', event: 'client.*' },
      ],
      nodes: { a: ['test.do'], b: ['test.do', { name: { $: 'event.data.name' } }] },
      edges: ['hand > a', 'lead > b'],
    };
    const ran = (type?: string) =>
      run(given, type === undefined ? {} : { event: { type, data: { name: 'x' } } })
        .timeline.filter(({ kind }) => kind === 'call')
        .map(({ nodeId }) => nodeId);
    expect(ran()).toEqual(['a']);
    expect(ran('client.created')).toEqual(['b']);
  });

  test('a parked run says why', () => {
    const result = run({ ...journey, settings: { maxSteps: 2 } }, { clients: [ann] });
    expect(result.timeline.at(-1)).toMatchObject({ kind: 'parked', detail: { code: 'step_budget_exceeded' } });
    expect(result.ends[0]?.status).toBe('parked');
  });
});

test.each([
  { text: { out: 1 } },
  { text: { error: { retry: 'yes' } } },
  { text: [] },
  { text: { output: 1, after: 'soon' } },
])('%j is no answer', (answers) => {
  expect(answersSchema.safeParse(answers).success).toBe(false);
});
