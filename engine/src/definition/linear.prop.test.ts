import fc from 'fast-check';
import { expect, test } from 'vitest';
import { linearToGraph } from './linear.ts';

const KEYS =
  'id type name label trigger trigger_type actions nodes edges conditions variables settings filters field operator value logicalOperator config duration unit delay items toString valueOf source target sourceHandle data event schedule cron then else retryPolicy maxAttempts timeout'.split(
    ' ',
  );
const WORDS = [
  'event',
  'schedule',
  'webhook',
  'manual',
  'condition',
  'loop',
  'delay',
  'send_email',
  'equals',
  'in',
  '',
  'x.y',
];

const { value: documents } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constantFrom<unknown>(null, true, 0, 1.5, -1, 1e300, ...WORDS),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 6 }),
  ),
}));

test('whatever stands in a document, the answer is a graph or problems', () => {
  let graphs = 0;
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...KEYS), documents, { maxKeys: 8 }), (document) => {
      const result = linearToGraph({ trigger: 'x', ...document });
      if (result.kind === 'problems') expect(result.problems.length).toBeGreaterThan(0);
      else graphs += 1;
    }),
    { numRuns: 3000 },
  );
  expect(graphs).toBeGreaterThan(100);
});
