import { describe, expect, it } from 'vitest';
import { equalSecrets, generateToken, hashToken } from './token.ts';

describe('generateToken', () => {
  it('makes long, distinct tokens that show what they are for', () => {
    const tokens = Array.from({ length: 100 }, () => generateToken('msk'));
    expect(new Set(tokens).size).toBe(100);
    for (const token of tokens) expect(token).toMatch(/^msk_[\w-]{43}$/);
  });
});

describe('hashToken', () => {
  it('is SHA-256', () => {
    expect(hashToken('abc').toString('hex')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});

describe('equalSecrets', () => {
  it.each([
    ['abc', 'abc', true],
    ['abc', 'abd', false],
    ['abc', 'abcd', false],
    ['', 'a', false],
    ['', '', true],
  ])('%j and %j: %j', (given, right, expected) => {
    expect(equalSecrets(given, right)).toBe(expected);
    expect(equalSecrets(Buffer.from(given), right)).toBe(expected);
  });
});
