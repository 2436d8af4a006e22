import { expect, test } from 'vitest';
import { type Parts, problemsOf } from '../testing/sample-problems.ts';

const HI = { id: 'hi', type: 'flow.stop', input: { status: 'completed' } };

test.each([
  [
    { triggers: [{ id: 'born', type: 'date', field: 'birthday' }], nodes: [HI], edges: [{ from: 'born', to: 'hi' }] },
    '/triggers/0/type',
    /do not fire yet/,
  ],
  [{ settings: { quietHours: { from: '22:00', to: '07:00' } } }, '/settings/quietHours', /not observed yet/],
  [{ settings: { notify: { onFailure: true } } }, '/settings/notify', /no effect yet/],
  [{ settings: { retention: 'P30D' } }, '/settings/retention', /no effect yet/],
])('what has no effect yet is said: %j', (parts, path, message) => {
  const start = { triggers: [{ id: 'm', type: 'manual' }], nodes: [HI], edges: [{ from: 'm', to: 'hi' }] };
  expect(problemsOf({ ...start, ...parts } as Parts)).toMatchObject([
    { code: 'no_effect_yet', path, severity: 'warning', message: expect.stringMatching(message) },
  ]);
});
