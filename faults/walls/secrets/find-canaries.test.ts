import { expect, test } from 'vitest';
import { findCanaries, spellings } from './find-canaries.ts';

const SECRET = 'sk "ü/\\&<42>+canary';

test.each(Object.entries(spellings(SECRET)))('a secret is found %s', (as, forms) => {
  for (const form of forms) {
    const found = findCanaries(`before ${form} behind`, { planted: SECRET });
    expect(found.map((each) => each.as)).toContain(as);
  }
});

test.each([0, 1, 2, 3, 4])('a secret is found within base64 of more, %i bytes on', (shift) => {
  const text = Buffer.from(`${'x'.repeat(shift)}${SECRET}${'y'.repeat(shift)}`).toString('base64');
  expect(findCanaries(text, { planted: SECRET })).not.toEqual([]);
});

test('what is not there is not found', () => {
  expect(findCanaries('nothing of the kind, sk or canary', { planted: SECRET })).toEqual([]);
});
