import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findJsonFault } from './find-json-fault.ts';
import { DEFAULT_JSON_LIMITS } from './json-limits.ts';
import { parseJson } from './parse-json.ts';

const refused = (text: string, limits = DEFAULT_JSON_LIMITS) => {
  try {
    parseJson(text, limits);
    return false;
  } catch (error) {
    expect((error as Error).message).not.toBe('The JSON could not be read.');
    return true;
  }
};

/** JSON with a few characters changed, so that most of it is nearly right. */
const nearlyJson = fc
  .tuple(
    fc.json({ maxDepth: 5, stringUnit: 'binary' }),
    fc.array(fc.tuple(fc.nat(400), fc.constantFrom(...'{}[]",:\\0-9e.x\u0000\ud800 \n'))),
  )
  .map(([text, changes]) => {
    const chars = [...text];
    for (const [at, char] of changes.slice(0, 4)) chars[at % (chars.length + 1)] = char;
    return chars.join('');
  });

describe('parseJson', () => {
  it('refuses exactly what the slow reader finds fault with', () => {
    const limits = fc.record({ maxDepth: fc.integer({ min: 1, max: 6 }), maxItems: fc.integer({ min: 1, max: 12 }) });
    fc.assert(
      fc.property(nearlyJson, limits, (text, bounds) => {
        expect(refused(text, bounds)).toBe(findJsonFault(text, bounds) !== undefined);
      }),
      { numRuns: 3000 },
    );
  });

  it('accepts nothing that JSON.parse refuses, and reads the same value', () => {
    fc.assert(
      fc.property(nearlyJson, (text) => {
        if (!refused(text)) expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('reads back every safe value', () => {
    const value = fc.jsonValue({ maxDepth: 5, stringUnit: 'grapheme' });
    fc.assert(
      fc.property(value, (original) => {
        const text = JSON.stringify(original);
        fc.pre(findJsonFault(text, DEFAULT_JSON_LIMITS) === undefined);
        expect(JSON.stringify(parseJson(text))).toBe(text);
      }),
    );
  });
});
