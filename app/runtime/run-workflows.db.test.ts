import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestRuntime, type TestRuntime } from './testing/test-runtime.ts';
import { waitFor } from './testing/wait-for.ts';

let test: TestRuntime;
beforeAll(async () => {
  test = await createTestRuntime();
});
afterAll(() => test.close());
beforeEach(() => {
  test.world.calls.length = 0;
  test.world.answer = async ({ input }) => input as never;
});

const stepsOf = async (runId: string) =>
  (await test.runtime.listSteps(test.organizationId, runId)).map((step) => [step.id, step.status, step.output]);

describe('a run', () => {
  it('goes through pure steps and stands in the history', async () => {
    const workflowId = await test.deploy({
      nodes: [
        { id: 'twice', type: 'test.double', input: { n: { $: 'event.data.n' } } },
        { id: 'big', type: 'flow.if', input: { condition: 'steps.twice.output > 10' } },
        { id: 'yes', type: 'flow.stop', input: { status: 'completed', output: { $: 'steps.twice.output' } } },
        { id: 'no', type: 'flow.stop', input: { status: 'failed', message: 'too small' } },
      ],
      edges: [
        { from: 'twice', to: 'big' },
        { from: 'big', port: 'true', to: 'yes' },
        { from: 'big', port: 'false', to: 'no' },
      ],
    });
    const big = await test.start(workflowId, { n: 6 });
    const small = await test.start(workflowId, { n: 1 });
    expect(await test.result(big)).toMatchObject({ status: 'completed', output: 12 });
    expect(await test.result(small)).toMatchObject({ status: 'failed', error: { message: 'too small' } });
    expect(await test.runtime.findRun(test.organizationId, big)).toMatchObject({
      status: 'completed',
      workflowId,
      version: 1,
      event: { type: 'manual', data: { n: 6 } },
    });
    const steps = await stepsOf(big);
    expect(steps.map(([id]) => id)).toContain('twice');
    expect(steps.find(([id]) => id === 'twice')).toEqual(['twice', 'completed', 12]);
  });

  it('performs an external action with a stable key, after its intent is stored', async () => {
    const workflowId = await test.deploy({ nodes: [{ id: 'call', type: 'test.call', input: { hello: 'world' } }] });
    test.world.answer = async ({ context }) => {
      const steps = await test.runtime.listSteps(test.organizationId, context.runId);
      return { status: steps[0]?.status ?? null };
    };
    const runId = await test.start(workflowId);
    await test.result(runId);
    expect(test.world.calls.map((call) => call.key)).toEqual([`${test.organizationId}/${runId}/call`]);
    expect(await stepsOf(runId)).toEqual([['call', 'completed', { status: 'running' }]]);
  });

  it('tries again after a failure and keeps the key', async () => {
    const workflowId = await test.deploy({
      nodes: [{ id: 'call', type: 'test.call', input: {}, retry: { attempts: 3, initial: 'PT0.05S' } }],
    });
    test.world.answer = async ({ context }) => {
      if (context.attempt < 3) throw new Error('not yet');
      return 'at last';
    };
    const runId = await test.start(workflowId);
    expect(await test.result(runId)).toMatchObject({ status: 'completed' });
    expect(new Set(test.world.calls.map((call) => call.key)).size).toBe(1);
    expect(test.world.calls).toHaveLength(3);
  });

  it('waits for a delay in the database and goes on', async () => {
    const workflowId = await test.deploy({
      nodes: [
        { id: 'pause', type: 'flow.delay', input: { for: 'PT0.3S' } },
        { id: 'after', type: 'test.call', input: {} },
      ],
      edges: [{ from: 'pause', to: 'after' }],
    });
    const runId = await test.start(workflowId);
    expect(await test.result(runId)).toMatchObject({ status: 'completed' });
    const [pause] = await test.runtime.listSteps(test.organizationId, runId);
    expect(Date.parse(pause?.finishedAt ?? '') - Date.parse(pause?.startedAt ?? '')).toBeGreaterThanOrEqual(300);
  });

  it('commits the rows of a record action with its step, and none of a failed one', async () => {
    const workflowId = await test.deploy({
      nodes: [
        { id: 'one', type: 'test.note', input: { text: 'first' } },
        { id: 'two', type: 'test.note', input: { text: 'refuse' }, retry: { attempts: 1 }, onError: 'continue' },
        { id: 'three', type: 'test.note', input: { text: 'third' } },
      ],
      edges: [
        { from: 'one', to: 'two' },
        { from: 'two', to: 'three' },
      ],
    });
    const runId = await test.start(workflowId);
    expect(await test.result(runId)).toMatchObject({ status: 'completed' });
    const { rows } = await test.db.engine.query('select text from test_notes where run_id = $1 order by text', [runId]);
    expect(rows.map((row) => row.text)).toEqual(['first', 'third']);
  });

  it('starts a child and takes its result', async () => {
    const child = await test.deploy({
      nodes: [{ id: 'answer', type: 'flow.stop', input: { status: 'completed', output: { $: 'event.data.n + 1' } } }],
    });
    const parent = await test.deploy({
      nodes: [
        { id: 'call', type: 'flow.workflow', input: { workflow: child, input: { n: 41 }, wait: true } },
        { id: 'end', type: 'flow.stop', input: { status: 'completed', output: { $: 'steps.call.output' } } },
      ],
      edges: [{ from: 'call', to: 'end' }],
    });
    expect(await test.result(await test.start(parent))).toMatchObject({ status: 'completed', output: 42 });
  });
});

describe('events', () => {
  const listener = (type: string) => ({
    triggers: [{ id: 'came', type: 'event' as const, event: type, where: 'event.data.n > 0' }],
    nodes: [{ id: 'call', type: 'test.call', input: {} }],
    edges: [{ from: 'came', to: 'call' }],
  });
  const send = (type: string, data: never | object, key: string | null = null) =>
    test.runtime.accept({
      organizationId: test.organizationId,
      type,
      data: data as never,
      subjectId: null,
      time: null,
      key,
      target: null,
      depth: 0,
    });

  it('start a run of each workflow that listens and whose filter agrees, and say why others did not', async () => {
    const workflowId = await test.deploy(listener('lead.created'));
    const yes = await send('lead.created', { n: 1 });
    const no = await send('lead.created', { n: 0 });
    expect(yes).toMatchObject({ kind: 'accepted', decisions: [{ workflowId, outcome: 'started' }] });
    expect(no).toMatchObject({ kind: 'accepted', runIds: [], decisions: [{ outcome: 'filtered' }] });
  });

  it('with the same key give one run, however many come at once', async () => {
    await test.deploy(listener('order.paid'));
    const answers = await Promise.all(Array.from({ length: 40 }, () => send('order.paid', { n: 1 }, 'order-7')));
    const ids = new Set(answers.map((answer) => (answer.kind === 'accepted' ? answer.eventId : 'none')));
    expect(ids.size).toBe(1);
    expect(answers.filter((answer) => answer.kind === 'accepted' && !answer.duplicate)).toHaveLength(1);
  });

  it('wake a run that waits for them, and only the one they match', async () => {
    const workflowId = await test.deploy({
      nodes: [
        {
          id: 'reply',
          type: 'flow.wait_for_event',
          input: { event: 'sms.received', where: 'event.data.from == vars.phone', timeout: 'PT1H' },
        },
        { id: 'end', type: 'flow.stop', input: { status: 'completed', output: { $: 'steps.reply.output.data.text' } } },
        { id: 'start', type: 'flow.set', input: { vars: { phone: { $: 'event.data.phone' } } } },
      ],
      edges: [
        { from: 'start', to: 'reply' },
        { from: 'reply', port: 'received', to: 'end' },
      ],
    });
    const a = await test.start(workflowId, { phone: '+1' });
    const b = await test.start(workflowId, { phone: '+2' });
    await waitFor(async () => {
      const { rows } = await test.db.engine.query('select 1 from event_waits where run_id = any($1)', [[a, b]]);
      return rows.length === 2;
    });
    await send('sms.received', { from: '+2', text: 'yes' });
    expect(await test.result(b)).toMatchObject({ status: 'completed', output: 'yes' });
    expect(await test.runtime.findRun(test.organizationId, a)).toMatchObject({ status: 'waiting' });
    expect(await test.runtime.command(test.organizationId, a, { kind: 'cancel' })).toEqual({ kind: 'done' });
    expect(await test.result(a)).toMatchObject({ status: 'cancelled' });
  });

  it('that came before the wait are found by its look-back', async () => {
    await send('form.submitted', { form: 'intake', answer: 42 });
    const workflowId = await test.deploy({
      nodes: [
        {
          id: 'form',
          type: 'flow.wait_for_event',
          input: { event: 'form.*', where: "event.data.form == 'intake'", timeout: 'PT1H', lookback: 'PT1M' },
        },
      ],
    });
    expect(await test.result(await test.start(workflowId))).toMatchObject({ status: 'completed' });
  });

  it.each([
    ['a text with signs that JSON escapes', 'vars.value', 'a "b" \\ \n ü'],
    ['a long text', 'vars.value', 'long '.repeat(100)],
    ['a number', 'vars.value', 12.5],
    ['a truth', 'vars.value', true],
  ])('that came before the wait are found among hundreds of their name, by %s', async (_, value, given) => {
    await send('reply.received', { about: given });
    for (let n = 0; n < 150; n += 1) await send('reply.received', { about: `other ${n}` });
    const workflowId = await test.deploy({
      nodes: [
        { id: 'note', type: 'flow.set', input: { vars: { value: { $: 'event.data' } } } },
        {
          id: 'reply',
          type: 'flow.wait_for_event',
          input: { event: 'reply.received', where: `event.data.about == ${value}`, timeout: 'PT1H', lookback: 'PT1M' },
        },
      ],
      edges: [{ from: 'note', to: 'reply' }],
    });
    expect(await test.result(await test.start(workflowId, given))).toMatchObject({ status: 'completed' });
  });
});
