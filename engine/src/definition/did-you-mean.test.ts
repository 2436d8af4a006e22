import { expect, test } from 'vitest';
import { didYouMean } from './did-you-mean.ts';

const KEYS = ['timeout', 'onError', 'retry', 'input', 'compensate'];

test.each([
  ['timeuot', " Did you mean 'timeout'?"],
  ['onerror', " Did you mean 'onError'?"],
  ['on_error', " Did you mean 'onError'?"],
  ['inputs', " Did you mean 'input'?"],
  ['retries', ''],
  ['x', ''],
  ['', ''],
  ['t'.repeat(10_000), ''],
])('%s: %s', (word, hint) => {
  expect(didYouMean(word, KEYS)).toBe(hint);
});
