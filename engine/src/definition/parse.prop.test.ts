import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../json.ts';
import { parseDefinition } from './parse.ts';
import { sampleCatalogue, sampleDocument } from './testing/sample-definition.ts';
import { validateDefinition } from './validate.ts';

/** The sample with the value at one of its places replaced by any JSON: near to sound, and so read far. */
const mutated = fc
  .tuple(fc.integer({ min: 0 }), fc.jsonValue())
  .map(([place, value]) => replaceNth(structuredClone(sampleDocument) as Json, place, value as Json));

function replaceNth(document: Json, place: number, value: Json): Json {
  const slots: (() => void)[] = [];
  const visit = (owner: Json): void => {
    if (typeof owner !== 'object' || owner === null) return;
    for (const [key, child] of Object.entries(owner)) {
      slots.push(() => Object.assign(owner, { [key]: value }));
      visit(child);
    }
  };
  visit(document);
  slots[place % slots.length]?.();
  return document;
}

describe('parseDefinition and validateDefinition', () => {
  test('never throw, whatever JSON they are given', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), mutated), (document) => {
        const result = parseDefinition(document);
        if (result.ok) validateDefinition(result.definition, { actions: sampleCatalogue });
        else expect(result.problems.length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });

  test('read again what they have read', () => {
    fc.assert(
      fc.property(mutated, (document) => {
        const once = parseDefinition(document);
        if (once.ok) expect(parseDefinition(once.definition)).toEqual(once);
      }),
    );
  });

  test('point to a place that is there, or to a key that is missing from one', () => {
    fc.assert(
      fc.property(mutated, (document) => {
        const result = parseDefinition(document);
        for (const { path } of result.ok ? [] : result.problems) {
          const owner = path.split('/').slice(1, -1).reduce<unknown>(step, document);
          expect(owner).toBeTypeOf('object');
        }
      }),
    );
  });
});

function step(value: unknown, part: string): unknown {
  return (value as { readonly [key: string]: unknown })[part.replaceAll('~1', '/').replaceAll('~0', '~')];
}
