import { describe, expect, test } from 'vitest';
import type { StepView } from '../../../runtime/public.ts';
import { readSeenSteps } from './seen-steps.ts';

function step(status: StepView['status'], attempt = 1): StepView {
  return {
    id: 'a',
    nodeId: 'a',
    item: null,
    attempt,
    status,
    startedAt: '',
    finishedAt: null,
    dueAt: null,
    input: null,
    output: null,
    error: null,
    port: null,
  };
}

/** Which places are news, and the id after them. */
function look(lastEventId: string | undefined, steps: readonly StepView[]) {
  const seen = readSeenSteps(lastEventId);
  const news = steps.flatMap((each, place) => (seen.take(place, each) ? [place] : []));
  return { news, id: seen.id() };
}

describe('what a follower has seen', () => {
  const done = step('completed');

  test.each<[string, string | undefined, readonly StepView[], number[], string]>([
    ['nothing yet', undefined, [done, step('running')], [0, 1], '1_1r1'],
    ['all of it', '1_1r1', [done, step('running')], [], '1_1r1'],
    ['a step that has ended since', '1_1r1', [done, done], [1], '2'],
    ['another attempt', '1_1r1', [done, step('running', 2)], [1], '1_1r2'],
    ['one after a step that still runs', '0_0r1_1c1', [step('running'), done, done], [2], '0_0r1_1c1_2c1'],
    ['a gap that closes', '0_0r1_1c1_2c1', [done, done, done], [0], '3'],
    ['a failed step is tried again', '0_0f3', [step('running', 1)], [0], '0_0r1'],
    ['a settled step that was undone', '1', [step('compensated')], [0], '1'],
    ['an id that nobody gave', '<script>', [done], [0], '1'],
    ['an id past all steps', '99', [done], [], '99'],
  ])('%s', (_, lastEventId, steps, news, id) => {
    expect(look(lastEventId, steps)).toEqual({ news, id });
  });

  test('a step counts as seen once it was taken', () => {
    const seen = readSeenSteps(undefined);
    expect([seen.take(0, done), seen.take(0, done), seen.take(0, step('compensated'))]).toEqual([true, false, true]);
    expect(seen.take(0, step('compensated'))).toBe(false);
  });

  test('the id stays short, however many steps are under way', () => {
    const seen = readSeenSteps(undefined);
    for (let place = 0; place < 5000; place++) seen.take(place, step('running'));
    expect(seen.id().length).toBeLessThan(1000);
    expect(readSeenSteps(seen.id()).take(0, step('running'))).toBe(false);
  });
});
