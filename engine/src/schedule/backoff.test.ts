import { expect, test } from 'vitest';
import type { Retry } from '../definition/format.ts';
import { backoffDelayMs, seededRandom } from './backoff.ts';

const HIGHEST = 1 - 2 ** -32;

function waits(retry: Retry, attempts: number): (number | null)[] {
  return Array.from({ length: attempts }, (_, index) => backoffDelayMs({ retry, attempt: index + 1, random: HIGHEST }));
}

test.each<[string, Retry, (number | null)[]]>([
  ['by default three attempts', {}, [1000, 2000, null, null]],
  ['exponential by default', { attempts: 5 }, [1000, 2000, 4000, 8000, null]],
  ['fixed', { attempts: 4, backoff: 'fixed', initial: 'PT5S' }, [5000, 5000, 5000, null]],
  ['linear', { attempts: 4, backoff: 'linear', initial: 'PT5S' }, [5000, 10_000, 15_000, null]],
  ['up to the longest wait', { attempts: 5, initial: 'PT10S', max: 'PT25S' }, [10_000, 20_000, 25_000, 25_000, null]],
  ['one attempt is no retry', { attempts: 1 }, [null]],
  ['a long first wait is no longer cut by the default', { attempts: 3, initial: 'PT5M' }, [300_000, 300_000, null]],
  ['a first wait past the longest', { attempts: 2, initial: 'PT5M', max: 'PT1M' }, [60_000, null]],
  ['no wait at all', { attempts: 2, initial: 'PT0S' }, [0, null]],
])('%s', (_, retry, expected) => {
  expect(waits(retry, expected.length)).toEqual(expected);
});

test('the fiftieth attempt still has a wait within its limit', () => {
  expect(backoffDelayMs({ retry: { attempts: 50 }, attempt: 49, random: HIGHEST })).toBe(60_000);
});

test('jitter spreads a wait between half and all of it', () => {
  const wait = (random: number) => backoffDelayMs({ retry: {}, attempt: 2, random });
  expect([wait(0), wait(0.5), wait(HIGHEST)]).toEqual([1000, 1500, 2000]);
});

test.each([
  ['longer than planned', 10_000, 10_000],
  ['shorter than planned', 10, 500],
  ['longer than the limit', 86_400_000, 60_000],
])('Retry-After %s', (_, retryAfterMs, expected) => {
  expect(backoffDelayMs({ retry: {}, attempt: 1, random: 0, retryAfterMs })).toBe(expected);
});

test('Retry-After gives no attempt beyond the last', () => {
  expect(backoffDelayMs({ retry: {}, attempt: 3, random: 0, retryAfterMs: 1 })).toBeNull();
});

test('seeded numbers are repeatable, in range and spread evenly', () => {
  const numbers = Array.from({ length: 10_000 }, (_, index) => seededRandom(`run-1/text/${index}`));
  expect(seededRandom('run-1/text/0')).toBe(numbers[0]);
  expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
  const tenths = Array.from({ length: 10 }, (_, tenth) => numbers.filter((n) => Math.floor(n * 10) === tenth).length);
  expect(Math.min(...tenths)).toBeGreaterThan(850);
  expect(Math.max(...tenths)).toBeLessThan(1150);
});
