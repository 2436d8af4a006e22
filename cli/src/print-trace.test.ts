import { describe, expect, test } from 'vitest';
import { createTracePrinter, stepLine, type TraceStep } from './print-trace.ts';

const NOW = new Date(2026, 10, 21, 14, 0, 0);
const at = (hours: number, minutes: number, seconds: number): string =>
  new Date(2026, 10, 21, hours, minutes, seconds).toISOString();

const step = (fields: Partial<TraceStep>): TraceStep => ({
  id: 'welcome',
  nodeId: 'welcome',
  attempt: 1,
  status: 'completed',
  startedAt: '2026-11-21T09:00:00.000Z',
  finishedAt: '2026-11-21T09:00:00.300Z',
  dueAt: null,
  output: null,
  error: null,
  port: 'next',
  ...fields,
});
const waiting = { status: 'waiting', finishedAt: null, port: null } as const;
const failure = { code: 'refused', message: 'the server said no' };

describe('a line of a trace', () => {
  test.each<[name: string, fields: Partial<TraceStep>, plain: string]>([
    ['shows one field as it is', { output: { messageId: 'a1' } }, 'ok welcome email.send 0.3s -> messageId a1'],
    ['shows no empty result', {}, 'ok welcome email.send 0.3s'],
    ['shows other results as JSON', { output: [1, { a: 2 }] }, 'ok welcome email.send 0.3s -> [1,{"a":2}]'],
    [
      'shows of an answer over HTTP its status and body',
      { output: { status: 201, headers: { date: 'today' }, body: { id: 'sms_1' } } },
      'ok welcome email.send 0.3s -> 201 {"id":"sms_1"}',
    ],
    ['names a port that is not next', { port: 'true' }, 'ok welcome email.send 0.3s -> true'],
    ['cuts long results', { output: 'x'.repeat(200) }, `ok welcome email.send 0.3s -> "${'x'.repeat(76)}...`],
    ['counts minutes', { finishedAt: '2026-11-21T09:01:30.000Z' }, 'ok welcome email.send 1.5min'],
    ['counts hours', { finishedAt: '2026-11-21T11:00:00.000Z' }, 'ok welcome email.send 2.0h'],
    ['tells until when', { ...waiting, dueAt: at(14, 2, 10) }, 'wait welcome email.send wait until 14:02:10'],
    [
      'tells the day of a later wait',
      { ...waiting, dueAt: new Date(2026, 10, 23, 9, 0, 0).toISOString() },
      'wait welcome email.send wait until 2026-11-23 09:00:00',
    ],
    ['waits for an event', waiting, 'wait welcome email.send wait for an event'],
    [
      'tells why it tries again',
      { ...waiting, error: failure, dueAt: at(14, 0, 1) },
      'wait welcome email.send attempt 1 failed (the server said no); wait until 14:00:01',
    ],
    [
      'tells why it failed',
      { status: 'failed', error: failure },
      'FAIL welcome email.send 0.3s refused: the server said no',
    ],
    ['shows control characters', { output: { a: 'x\u001b[2J' } }, 'ok welcome email.send 0.3s -> a x\\u001b[2J'],
  ])('%s', (_name, fields, plain) => {
    const line = stepLine(step(fields), { type: 'email.send', rich: false, now: NOW });
    expect(line.replaceAll(/ +/g, ' ')).toBe(plain);
  });

  test('has colour and signs where the terminal shows them', () => {
    const line = stepLine(step({ output: { messageId: 'a1' } }), { type: 'email.send', rich: true, now: NOW });
    expect(line).toContain('\u001b[32m✓\u001b[0m welcome');
    expect(line).toContain('→ messageId a1');
  });
});

describe('a trace', () => {
  test('prints each state of a step once and leaves out what merely runs', () => {
    const lines: string[] = [];
    const terminal = { line: (text: string) => void lines.push(text), problem: () => {}, rich: false };
    const trace = createTracePrinter({ terminal, typeOf: () => 'email.send', now: () => NOW });
    const run = step({ status: 'running', finishedAt: null });
    const wait = step({ ...waiting, error: failure, dueAt: at(14, 0, 1) });
    for (const steps of [[run], [wait], [wait], [run], [step({ attempt: 2 })], [step({ attempt: 2 })]])
      trace.steps(steps);
    trace.end({ status: 'completed', error: null });
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['wait', 'ok', 'run']);
  });

  test('says where and why a run failed', () => {
    const lines: string[] = [];
    const terminal = { line: (text: string) => void lines.push(text), problem: () => {}, rich: false };
    const trace = createTracePrinter({ terminal, typeOf: () => '', now: () => NOW });
    trace.end({ status: 'failed', error: { ...failure, nodeId: 'welcome' } });
    expect(lines).toEqual(['run failed at welcome: the server said no']);
  });
});
