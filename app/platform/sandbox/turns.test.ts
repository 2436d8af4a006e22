import { expect, test } from 'vitest';
import { createTurns } from './turns.ts';

const SIGNAL = new AbortController().signal;

test('turns are given in order, so many at a time', async () => {
  const turns = createTurns({ atOnce: 2, mostWaiting: 10 });
  const given: string[] = [];
  const take = async (name: string) => {
    const turn = await turns.take(SIGNAL);
    given.push(name);
    return turn;
  };
  const [a, b] = await Promise.all([take('a'), take('b')]);
  const c = take('c');
  const d = take('d');
  expect(given).toEqual(['a', 'b']);
  a?.end();
  a?.end();
  await c;
  expect(given).toEqual(['a', 'b', 'c']);
  b?.end();
  await d;
  expect(given).toEqual(['a', 'b', 'c', 'd']);
});

test('who goes away while waiting leaves the turn to the next', async () => {
  const turns = createTurns({ atOnce: 1, mostWaiting: 10 });
  const first = await turns.take(SIGNAL);
  const leaving = new AbortController();
  const left = turns.take(leaving.signal);
  const next = turns.take(SIGNAL);
  leaving.abort(new Error('no more'));
  await expect(left).rejects.toThrow('no more');
  first?.end();
  expect(await next).not.toBeNull();
});

test('too many are sent away', async () => {
  const turns = createTurns({ atOnce: 1, mostWaiting: 1 });
  const first = await turns.take(SIGNAL);
  const second = turns.take(SIGNAL);
  expect(await turns.take(SIGNAL)).toBeNull();
  first?.end();
  (await second)?.end();
  expect(await turns.take(SIGNAL)).not.toBeNull();
});
