import { describe, expect, test } from 'vitest';
import {
  DELAY,
  edges,
  JOIN,
  LOOP,
  type Parts,
  problemsOf,
  type Row,
  SMS,
  START,
  sample,
  told,
  wanted,
} from '../testing/sample-problems.ts';

describe('what may go on for ever or too long', () => {
  const YEARS = { certain: 'P3Y', longer: 'P2Y' };
  const waits = (input: Parts) =>
    sample({ nodes: [{ id: 'w', type: 'flow.wait_for_event', input: { event: 'a.b', ...input } }] });
  const turning = (input: Parts, length: string, more: Parts = {}) =>
    sample({ nodes: [LOOP('l', input), DELAY('d', length)], edges: edges('start>l l:each>d'), ...more });
  test.each<Row>([
    ['a wait without time-out', waits({}), 'wait_without_timeout', '/nodes/0/input', 'w', /for ever/],
    [
      'a wait without time-out, with all else',
      waits({ lookback: 'PT1H', where: 'true' }),
      'wait_without_timeout',
      '/nodes/0/input',
      'w',
      /for ever/,
    ],
    [
      'an action whose event starts it again',
      sample({ triggers: [{ ...START, event: 'sms.sent' }], nodes: [SMS('a')] }),
      'self_trigger',
      '/nodes/0',
      'a',
      /causes the event sms\.sent/,
    ],
    [
      'an action whose event fits its pattern',
      sample({ triggers: [{ ...START, event: 'sms.*' }], nodes: [SMS('a')] }),
      'self_trigger',
      '/nodes/0',
      'a',
      /by trigger 'start'/,
    ],
    [
      'waits longer than the run may be',
      sample({ nodes: [DELAY('a', 'P20D'), DELAY('b', 'P20D')], settings: { maxDuration: 'P30D' } }),
      'too_long',
      '/settings/maxDuration',
      null,
      /is P30D, but waits can keep a run going for \d+ days/,
    ],
    [
      'a loop that could turn too often',
      turning({ items: { $: 'event.data.rows' }, maxIterations: 100 }, 'P1D', { settings: { maxDuration: 'P30D' } }),
      'too_long',
      '/settings/maxDuration',
      null,
      /A lower maxIterations/,
    ],
    [
      'a loop that could go on for years',
      turning({ items: { $: 'event.data.rows' } }, 'P7D'),
      'too_long',
      '',
      null,
      /the most is 5 years/,
    ],
  ])('%s', (...row) => {
    expect(told(row)).toEqual(wanted(row, 'warning'));
  });
  test.each<Row>([
    [
      'waits of more than five years',
      sample({ nodes: [DELAY('a', YEARS.certain), DELAY('b', YEARS.longer), DELAY('c', 'P30D')] }),
      'too_long',
      '',
      null,
      /the most is 5 years/,
    ],
    [
      'a list of items that takes more than five years',
      turning({ items: [1, 2, 3, 4, 5, 6] }, 'P1Y'),
      'too_long',
      '',
      null,
      /the most is 5 years/,
    ],
  ])('%s', (...row) => {
    expect(told(row)).toEqual(wanted(row, 'error'));
  });

  test.each<[string, Parts]>([
    [
      'branches that go on at the same time',
      sample({
        nodes: [DELAY('a', 'P20D'), DELAY('b', 'P20D')],
        edges: edges('start>a start>b'),
        settings: { maxDuration: 'P30D' },
      }),
    ],
    [
      'turns that go on at the same time',
      turning({ items: [1, 2, 3, 4], concurrency: 4 }, 'P20D', { settings: { maxDuration: 'P30D' } }),
    ],
    ['a delay that is switched off', sample({ nodes: [JOIN('a')], settings: { maxDuration: 'PT1S' } })],
  ])('%s are not too long', (_, parts) => {
    expect(problemsOf(parts)).toEqual([]);
  });

  test('a thousand nodes in a row are looked at without overflowing the stack', () => {
    const nodes = Array.from({ length: 1000 }, (_, index) => DELAY(`n${index}`, 'P1D'));
    expect(problemsOf(sample({ nodes }))).toEqual([]);
  });
});
