import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { supervise } from './supervise.ts';

const log = pino({ level: 'silent' });

/** Launches a process that stays until it is stopped, except where `fails` says otherwise for the n-th launch. */
function launcher(fails: (n: number) => boolean = () => false) {
  const launched: ChildProcess[] = [];
  const attempts = { count: 0, reached: new Map<number, () => void>() };
  const launch = async () => {
    attempts.count += 1;
    attempts.reached.get(attempts.count)?.();
    if (fails(attempts.count)) throw new Error('does not start');
    const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
    await once(child, 'spawn');
    launched.push(child);
    return child;
  };
  const attempt = (n: number) => new Promise<void>((resolve) => attempts.reached.set(n, resolve));
  return { launch, launched, attempt };
}

test('a first launch that fails is told to the caller', async () => {
  const { launch } = launcher(() => true);
  await expect(supervise(launch, log)).rejects.toThrow('does not start');
});

test('stop ends the process and waits for its end', async () => {
  const { launch, launched } = launcher();
  const supervised = await supervise(launch, log);
  await supervised.stop();
  expect(launched[0]?.signalCode).toBe('SIGINT');
  await supervised.stop();
});

test('a process that ends by itself is launched again, however often that fails', async () => {
  const { launch, launched, attempt } = launcher((n) => n === 2 || n === 3);
  const supervised = await supervise(launch, log);
  const fourth = attempt(4);
  process.kill(supervised.pid(), 'SIGKILL');
  await fourth;
  await expect.poll(() => supervised.pid()).not.toBe(launched[0]?.pid);
  expect(launched).toHaveLength(2);
  await supervised.stop();
  expect(launched[1]?.signalCode).toBe('SIGINT');
});

test('stop ends the attempts to launch again', async () => {
  const { launch, launched, attempt } = launcher((n) => n > 1);
  const supervised = await supervise(launch, log);
  const second = attempt(2);
  process.kill(supervised.pid(), 'SIGKILL');
  await second;
  await supervised.stop();
  expect(launched).toHaveLength(1);
});
