import { expect, it } from 'vitest';
import { runPure } from '../testing/run-pure.ts';
import { textFormat } from './text-format.ts';

it('gives the text as it was filled in', () => {
  expect(runPure(textFormat, { text: 'Hi Jane {{ not again }}' })).toBe('Hi Jane {{ not again }}');
});
