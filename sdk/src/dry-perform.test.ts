import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Action, defineExternal, definePure } from './action.ts';
import { createDryPerform } from './dry-perform.ts';
import { retryable } from './failure.ts';

const facts = { title: 'Test', category: 'test', summary: 'For tests.' };
const ACTIONS: readonly Action<unknown>[] = [
  definePure({
    ...facts,
    type: 'test.hour',
    input: z.strictObject({}),
    output: z.number(),
    run: (_input, { now }) => now.getUTCHours(),
  }),
  defineExternal({
    ...facts,
    type: 'test.send',
    input: z.strictObject({ to: z.string() }),
    output: z.strictObject({ id: z.string() }),
    run: () => Promise.reject(new Error('must not be called')),
    dryRun: ({ to }) => ({ output: { id: 'x' }, summary: `to ${to}`, detail: { to } }),
  }),
  definePure({
    ...facts,
    type: 'test.fail',
    input: z.strictObject({}),
    output: z.number(),
    run: () => {
      throw retryable('busy', 'try again');
    },
  }),
];
const perform = createDryPerform((type) => ACTIONS.find((action) => action.type === type));
const now = Date.UTC(2026, 10, 21, 14);

describe('a dry run', () => {
  test.each([
    ['runs pure actions by the given clock', 'test.hour', {}, { kind: 'done', output: 14, summary: 'Test' }],
    [
      'asks others what they would do',
      'test.send',
      { to: 'Ada' },
      { kind: 'done', output: { id: 'x' }, summary: 'to Ada', detail: { to: 'Ada' } },
    ],
    ['checks the input', 'test.send', {}, { kind: 'failed', failure: { kind: 'terminal', code: 'invalid_input' } }],
    ['keeps the kind of a failure', 'test.fail', {}, { kind: 'failed', failure: { kind: 'retry', code: 'busy' } }],
    ['refuses what is no action', 'test.none', {}, { kind: 'failed', failure: { code: 'unknown_type' } }],
  ])('%s', (_name, type, input, expected) => {
    expect(perform(type, input, { now })).toMatchObject(expected);
  });
});
