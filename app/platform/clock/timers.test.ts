import { expect, test } from 'vitest';
import { every, pause, systemTimers } from './timers.ts';

test('a timer that was called off does not fire', async () => {
  const fired: string[] = [];
  const cancel = systemTimers.after(1, () => fired.push('cancelled'));
  systemTimers.after(1, () => fired.push('kept'));
  cancel();
  await pause(systemTimers, 5);
  expect(fired).toEqual(['kept']);
});

test('a repeated timer goes on until it is called off, also by its own work', async () => {
  let times = 0;
  const stopped = Promise.withResolvers<void>();
  const cancel = every(systemTimers, 1, () => {
    times += 1;
    if (times < 3) return;
    cancel();
    stopped.resolve();
  });
  await stopped.promise;
  await pause(systemTimers, 5);
  expect(times).toBe(3);
});

test('a turn lets what is ready go first', async () => {
  const order: string[] = [];
  void Promise.resolve().then(() => order.push('ready'));
  await systemTimers.turn();
  expect(order).toEqual(['ready']);
});
