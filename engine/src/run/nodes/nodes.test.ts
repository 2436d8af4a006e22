import { describe, expect, test } from 'vitest';
import {
  answerAll,
  begin,
  createWorld,
  DAY,
  ending,
  failures,
  HOUR,
  history,
  MINUTE,
  passTime,
  reply,
  runToEnd,
  START,
  send,
  step,
  type World,
} from '../testing/world.ts';

const at = (iso: string) => Date.parse(iso);

/** One node behind the trigger, with a port of each name leading to a node of that name. */
function single(
  type: string,
  input: object,
  ports: readonly string[],
  settings: object = {},
  fields: object = {},
): World {
  return createWorld({
    nodes: {
      node: [type, input, fields],
      ...Object.fromEntries(ports.map((port) => [`to_${port}`, ['test.do'] as const])),
    },
    edges: ['begin > node', ...ports.map((port) => `node.${port} > to_${port}`)],
    settings,
  });
}

describe('flow.if and flow.filter', () => {
  const isOne = { field: 'event.data.n', operator: 'equals', value: 1 };
  const isTwo = { field: 'event.data.n', operator: 'equals', value: 2 };
  test.each([
    [{ condition: 'event.data.n == 1' }, true],
    [{ condition: 'event.data.n > 1' }, false],
    [{ all: [isOne, isOne] }, true],
    [{ all: [isOne, isTwo] }, false],
    [{ any: [isTwo, isOne] }, true],
    [{ any: [isTwo, isTwo] }, false],
  ])('%j is %s', (input, result) => {
    const branched = answerAll(begin(single('flow.if', input, ['true', 'false'])));
    expect(step(branched, 'node')).toMatchObject({ status: 'completed', port: String(result), output: { result } });
    expect(step(branched, `to_${result}`).status).toBe('completed');
    expect(step(branched, `to_${!result}`).status).toBe('skipped');
    const filtered = answerAll(begin(single('flow.filter', input, ['next'])));
    expect(step(filtered, 'node')).toMatchObject({ status: 'completed', port: result ? 'next' : null });
    expect(step(filtered, 'to_next').status).toBe(result ? 'completed' : 'skipped');
  });

  test('a condition that is neither true nor false fails the step', () => {
    const world = begin(single('flow.if', { condition: 'event.data.n' }, []));
    expect(step(world, 'node').error?.code).toBe('expression_type');
    expect(world.run.status).toBe('failed');
  });
});

describe('flow.switch', () => {
  const cases = [
    { name: 'gold', equals: 'gold' },
    { name: 'big', condition: 'event.data.n > 5' },
    { name: 'same', equals: { $: '[event.data.n]' } },
  ];
  test.each([
    ['gold', 1, 'gold'],
    ['none', 6, 'big'],
    [{ $: '[1]' }, 1, 'same'],
    ['none', 1, 'default'],
  ])('value %j with n=%s takes %s', (value, n, port) => {
    const event = { type: 'manual', data: { n }, time: '' };
    const world = createWorld(
      { nodes: { node: ['flow.switch', { value, cases }] }, edges: ['begin > node'] },
      { event },
    );
    expect(step(begin(world), 'node')).toMatchObject({ port, output: { case: port } });
  });
});

describe('flow.split', () => {
  const branches = [
    { name: 'a', weight: 3 },
    { name: 'b', weight: 1 },
    { name: 'never', weight: 0 },
  ];
  const portFor = (identity: object, id = 'node') =>
    step(begin(createWorld({ nodes: { [id]: ['flow.split', { branches }] }, edges: [`begin > ${id}`] }, identity)), id)
      .port;

  test('one subject always goes the same way, whatever the run', () => {
    for (let subject = 0; subject < 20; subject += 1) {
      const ports = [1, 2, 3].map((run) => portFor({ id: `run-${run}`, subjectId: `subject-${subject}` }));
      expect(new Set(ports).size).toBe(1);
    }
  });

  test('shares follow the weights, and differ from node to node', () => {
    const subjects = Array.from({ length: 1000 }, (_, index) => `subject-${index}`);
    const ports = subjects.map((subjectId) => portFor({ subjectId }));
    const share = ports.filter((port) => port === 'a').length / ports.length;
    expect(share).toBeGreaterThan(0.7);
    expect(share).toBeLessThan(0.8);
    expect(ports).not.toContain('never');
    expect(subjects.map((subjectId) => portFor({ subjectId }, 'other'))).not.toEqual(ports);
  });

  test('without a subject the run decides', () => {
    const ports = Array.from({ length: 50 }, (_, index) => portFor({ id: `run-${index}` }));
    expect(new Set(ports)).toEqual(new Set(['a', 'b']));
  });
});

describe('flow.delay', () => {
  test.each([
    ['PT2H', 'UTC', '2026-03-01T14:00:00Z'],
    ['P1M', 'UTC', '2026-04-01T12:00:00Z'],
    // The clocks of Berlin go forward on 29 March.
    ['P30D', 'Europe/Berlin', '2026-03-31T11:00:00Z'],
    ['PT720H', 'Europe/Berlin', '2026-03-31T12:00:00Z'],
  ])('%s in %s is due at %s, and never fires early', (duration, timezone, due) => {
    const world = begin(single('flow.delay', { for: duration }, ['next'], { timezone }));
    expect(world.run).toMatchObject({ status: 'waiting', dueAt: at(due) });
    expect(step(world, 'node')).toMatchObject({ status: 'waiting', dueAt: at(due) });
    passTime(world, at(due) - START - 1);
    expect(world.pending).toEqual([]);
    passTime(world, 1);
    expect(step(world, 'node')).toMatchObject({ status: 'completed', port: 'next', output: null });
    expect(world.pending).toHaveLength(1);
  });

  test('the zone of the client is used where it has one that exists, else that of the organization', () => {
    const dueFor = (client: object | null) => {
      const world = single('flow.delay', { for: 'P30D' }, [], { timezone: 'client' });
      world.client = client as never;
      return begin(world).run.dueAt;
    };
    expect(dueFor({ timezone: 'Europe/Berlin' })).toBe(at('2026-03-31T11:00:00Z'));
    for (const client of [null, {}, { timezone: 'Mars/Base' }]) expect(dueFor(client)).toBe(at('2026-03-31T12:00:00Z'));
  });

  test('a duration may be computed, and a bad one fails the step', () => {
    expect(begin(single('flow.delay', { for: { $: "'PT' + string(event.data.n) + 'H'" } }, [])).run.dueAt).toBe(
      START + HOUR,
    );
    const bad = begin(single('flow.delay', { for: { $: "'soon'" } }, []));
    expect(step(bad, 'node').error?.code).toBe('invalid_duration');
    const none = begin(single('flow.delay', { for: { $: 'event.data.n' } }, []));
    expect(step(none, 'node').error).toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining("'for'"),
    });
  });

  test('no time is no wait', () => {
    expect(history(answerAll(begin(single('flow.delay', { for: 'PT0S' }, ['next']))))).toEqual([
      'node: completed next',
      'to_next: completed next',
    ]);
  });
});

describe('flow.wait_until', () => {
  test.each([
    ['with an offset', { at: '2026-03-01T15:00:00+01:00' }, 'UTC', '2026-03-01T14:00:00Z'],
    ['by the clock of the zone', { at: '2026-04-01T09:00' }, 'Europe/Berlin', '2026-04-01T07:00:00Z'],
    ['a date', { at: '2026-03-02' }, 'Europe/Berlin', '2026-03-01T23:00:00Z'],
    ['a computed moment', { at: { $: "now + duration('2h')" } }, 'UTC', '2026-03-01T14:00:00Z'],
    ['business hours', { businessHours: { from: '09:00', to: '17:00' } }, 'UTC', '2026-03-02T09:00:00Z'],
  ])('%s', (_, input, timezone, due) => {
    expect(begin(single('flow.wait_until', input, ['next'], { timezone })).run.dueAt).toBe(at(due));
  });

  test('inside business hours there is no wait', () => {
    const businessHours = { days: ['sun'], from: '09:00', to: '17:00' };
    expect(step(begin(single('flow.wait_until', { businessHours }, ['next'])), 'node').status).toBe('completed');
  });

  test.each([
    ['continue', ['node: completed next', 'to_next: completed next']],
    ['skip', ['node: completed', 'to_next: skipped']],
    ['stop', ['node: completed', 'to_next: skipped']],
  ])('a moment that has passed: %s', (ifPast, expected) => {
    const world = answerAll(begin(single('flow.wait_until', { at: '2026-01-01', ifPast }, ['next'])));
    expect(history(world)).toEqual(expected);
    expect(world.run.status).toBe('completed');
  });

  test('text that is no moment fails the step', () => {
    expect(step(begin(single('flow.wait_until', { at: 'tomorrow' }, [])), 'node').error?.code).toBe('invalid_time');
  });
});

describe('flow.wait_for_event', () => {
  const ports = ['received', 'timeout'];
  const offer = (world: World, data: object, type = 'sms.received') =>
    send(world, {
      kind: 'event-received',
      step: 'node',
      event: { type, data: data as never, time: '2026-03-01T12:30:00Z' },
    });

  test('it listens from now on, or from a look back, with what the event must hold', () => {
    const where = "event.data.from == client.phone && event.data.text != ''";
    const world = single(
      'flow.wait_for_event',
      { event: 'sms.received', where, timeout: 'PT4H', lookback: 'PT5M' },
      ports,
    );
    world.client = { phone: '+49' };
    begin(world);
    expect(world.effects).toContainEqual({
      kind: 'await-event',
      step: 'node',
      event: 'sms.received',
      match: 'data.from="+49"',
      since: START - 5 * MINUTE,
    });
    expect(world.run).toMatchObject({ status: 'waiting', dueAt: START + 4 * HOUR });
  });

  test('the awaited event is the output, and only that wakes it', () => {
    const world = begin(
      single('flow.wait_for_event', { event: 'sms.*', where: 'event.data.n == 1', timeout: 'PT4H' }, ports),
    );
    const before = world.run;
    expect(offer(world, { n: 2 })).toEqual([]);
    expect(offer(world, {})).toEqual([]);
    expect(offer(world, { n: 1 }, 'call.ended')).toEqual([]);
    expect(world.run).toBe(before);
    expect(offer(world, { n: 1 })[0]).toEqual({ kind: 'forget-event', step: 'node' });
    expect(step(world, 'node')).toMatchObject({
      port: 'received',
      output: { type: 'sms.received', data: { n: 1 }, time: '2026-03-01T12:30:00Z' },
    });
    expect(offer(world, { n: 1 })).toEqual([]);
    answerAll(world);
    expect(history(world)).toEqual(['node: completed received', 'to_timeout: skipped', 'to_received: completed next']);
  });

  test('the time-out takes its own port', () => {
    const world = begin(single('flow.wait_for_event', { event: 'x', timeout: 'P1D' }, ports));
    passTime(world, DAY - 1);
    expect(step(world, 'node').status).toBe('waiting');
    passTime(world, 1);
    expect(step(world, 'node')).toMatchObject({ status: 'completed', port: 'timeout', output: null });
    expect(world.last[0]).toEqual({ kind: 'forget-event', step: 'node' });
    expect(offer(world, {}, 'x')).toEqual([]);
  });

  test('without a time-out only the event wakes it', () => {
    expect(begin(single('flow.wait_for_event', { event: 'x' }, ports)).run).toMatchObject({
      status: 'waiting',
      dueAt: null,
    });
  });
});

describe('flow.workflow', () => {
  const child = { kind: 'child-finished', step: 'node', runId: 'child', output: { ok: 1 }, error: null } as const;
  const input = { workflow: 'other', input: { n: { $: 'event.data.n' } } };

  test('without wait the run goes on at once', () => {
    const world = answerAll(begin(single('flow.workflow', input, ['next'])));
    expect(world.effects).toContainEqual({
      kind: 'start-child',
      step: 'node',
      attempt: 1,
      workflowId: 'other',
      input: { n: 1 },
      wait: false,
    });
    expect(world.run.status).toBe('completed');
  });

  test("with wait, the child's result is the output", () => {
    const world = begin(single('flow.workflow', { ...input, wait: true }, ['next']));
    expect(world.run.status).toBe('waiting');
    send(world, { ...child, status: 'completed' });
    expect(step(world, 'node')).toMatchObject({ status: 'completed', output: { ok: 1 } });
  });

  test.each([
    ['failed', 'child_failed'],
    ['cancelled', 'child_cancelled'],
  ] as const)('a child that %s fails the step without another attempt', (status, code) => {
    const world = begin(single('flow.workflow', { ...input, wait: true }, ['next']));
    send(world, { ...child, status, error: { code: 'x', message: 'Boom', nodeId: 'y' } });
    expect(step(world, 'node')).toMatchObject({
      status: 'failed',
      attempt: 1,
      error: { code, message: expect.stringContaining('Boom') },
    });
    expect(world.run.status).toBe('failed');
  });

  test('the end of a child that was given up does not answer for the next', () => {
    const fields = { retry: { attempts: 2 } };
    const world = begin(single('flow.workflow', { ...input, wait: true }, ['next'], {}, fields));
    send(world, { ...child, attempt: 1, status: 'failed' });
    passTime(world, MINUTE);
    const late = world.run;
    send(world, { ...child, attempt: 1, status: 'cancelled' });
    expect(world.run).toBe(late);
    send(world, { ...child, attempt: 2, status: 'completed' });
    expect(step(world, 'node')).toMatchObject({ status: 'completed', attempt: 2 });
  });

  test('a node that names a retry starts another child', () => {
    const world = begin(single('flow.workflow', { ...input, wait: true }, ['next'], {}, { retry: { attempts: 2 } }));
    send(world, { ...child, status: 'failed' });
    expect(world.run.dueAt).not.toBeNull();
    passTime(world, MINUTE);
    expect(world.last).toContainEqual({
      kind: 'start-child',
      step: 'node',
      attempt: 2,
      workflowId: 'other',
      input: { n: 1 },
      wait: true,
    });
  });

  test('a child that takes longer than the time-out is cancelled', () => {
    const world = begin(single('flow.workflow', { ...input, wait: true }, ['next'], {}, { timeout: 'PT1H' }));
    passTime(world, HOUR);
    expect(world.last).toContainEqual({ kind: 'cancel-child', step: 'node' });
    expect(step(world, 'node').error?.code).toBe('timeout');
  });
});

describe('flow.set', () => {
  test('variables are kept for later nodes, and a later value replaces an earlier one', () => {
    const world = runToEnd(
      createWorld({
        nodes: {
          one: ['flow.set', { vars: { a: 1, b: 'Hi {{ event.data.n }}' } }],
          two: ['flow.set', { vars: { a: { $: 'vars.a + 1' }, c: { $: 'vars.a' } } }],
          use: ['test.do', { $vars: { $: 'vars' } }],
        },
        edges: ['begin > one', 'one > two', 'two > use'],
      }),
    );
    expect(step(world, 'one').output).toEqual({ a: 1, b: 'Hi 1' });
    expect(step(world, 'use').input).toEqual({ $vars: { a: 2, b: 'Hi 1', c: 1 } });
    expect(world.run.vars).toEqual({ a: 2, b: 'Hi 1', c: 1 });
  });
});

describe('flow.stop', () => {
  const stopping = (input: object) =>
    begin(
      createWorld({
        nodes: {
          act: ['test.do'],
          after: ['test.do'],
          wait: ['flow.delay', { for: 'P1D' }],
          stop: ['flow.stop', input],
        },
        edges: ['begin > act', 'act > after', 'begin > wait', 'begin > stop'],
      }),
    );

  test('the run ends with its output once what is under way has answered', () => {
    const world = stopping({ output: { n: { $: 'event.data.n' } } });
    expect(world.run).toMatchObject({ status: 'running', dueAt: null });
    reply(world, 'act');
    expect(history(world)).toEqual(['act: completed next', 'wait: skipped', 'stop: completed']);
    expect(ending(world)).toEqual({ kind: 'finish-run', status: 'completed', output: { n: 1 }, error: null });
  });

  test('a run that stops as failed says why', () => {
    const world = answerAll(stopping({ status: 'failed', message: 'No {{ event.data.n }}', output: 5 }));
    expect(ending(world)).toEqual({
      kind: 'finish-run',
      status: 'failed',
      output: 5,
      error: { code: 'stopped', message: 'No 1', nodeId: 'stop' },
    });
    expect(step(world, 'stop').status).toBe('failed');
  });

  test('a failure of what was under way does not change the end', () => {
    const world = answerAll(stopping({}), () => failures.terminal);
    expect(ending(world)?.status).toBe('completed');
  });
});
