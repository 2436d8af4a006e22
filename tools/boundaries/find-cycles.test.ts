import { expect, test } from 'vitest';
import { findCycles } from './find-cycles.ts';

test.each([
  ['no edge', { a: [] }, []],
  ['a chain', { a: ['b'], b: ['c'], c: [] }, []],
  ['a diamond', { a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }, []],
  ['an edge to what is not in the graph', { a: ['zod'] }, []],
  ['a pair', { a: ['b'], b: ['a'] }, [['a', 'b']]],
  ['a long ring with a tail', { t: ['a'], a: ['b'], b: ['c'], c: ['a'] }, [['a', 'b', 'c']]],
  [
    'two rings',
    { a: ['b'], b: ['a', 'c'], c: ['d'], d: ['c'] },
    [
      ['c', 'd'],
      ['a', 'b'],
    ],
  ],
])('%s', (_name, graph, cycles) => {
  expect(findCycles(new Map(Object.entries(graph)))).toEqual(cycles);
});
