import { describe, expect, it } from 'vitest';
import { createIdSource, isId, newId } from './id.ts';

describe('newId', () => {
  it('makes distinct, growing, well-formed ids', () => {
    const ids = Array.from({ length: 5000 }, newId);
    expect(ids.every(isId)).toBe(true);
    expect(ids).toEqual([...ids].sort());
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('createIdSource', () => {
  const zeros = (bytes: Uint8Array) => bytes.fill(0);
  const ones = (bytes: Uint8Array) => bytes.fill(0xff);

  it('writes the time, version 7 and the variant', () => {
    const next = createIdSource({ now: () => 0x0189_abcd_ef01, fillRandom: zeros });
    expect(next()).toBe('0189abcd-ef01-7000-8000-000000000000');
    expect(next()).toBe('0189abcd-ef01-7000-8001-000000000000');
  });

  it('begins the counter below half its range, so that a millisecond has room', () => {
    expect(createIdSource({ now: () => 1, fillRandom: ones })()).toBe('00000000-0001-77ff-bfff-ffffffffffff');
  });

  it('keeps growing when the clock steps back', () => {
    let nowMs = 5000;
    const next = createIdSource({ now: () => nowMs, fillRandom: zeros });
    const first = next();
    nowMs = 4000;
    expect(next() > first).toBe(true);
  });
});

describe('isId', () => {
  it.each([
    ['0189abcd-ef01-7000-8000-000000000000', true],
    ['0189ABCD-EF01-4000-8000-000000000000', true],
    ['0189abcdef0170008000000000000000', false],
    ['{0189abcd-ef01-7000-8000-000000000000}', false],
    ["0189abcd-ef01-7000-8000-000000000000' or 1=1", false],
    ['', false],
    [7, false],
    [null, false],
  ])('%j is %j', (text, expected) => {
    expect(isId(text)).toBe(expected);
  });
});
