import { describe, expect, test } from 'vitest';
import { findCycles, topologicalOrder } from './cycles.ts';
import { ancestorsOf, buildGraph, loopsAround } from './graph.ts';
import { definitionOf } from './testing/sample-definition.ts';

/** `a>b` is an edge, `l:each>b` one by a port; ids that begin with `l` are loops. */
function graphOf(edges: string) {
  const parsed = edges.split(' ').map((text) => {
    const [source = '', to = ''] = text.split('>');
    const [from = '', port] = source.split(':');
    return { from, to, ...(port !== undefined && { port }) };
  });
  const ids = [...new Set(parsed.flatMap(({ from, to }) => [from, to]))];
  const nodes = ids.map((id) => ({ id, type: id.startsWith('l') ? 'flow.loop' : 'flow.join' }));
  return buildGraph(definitionOf({ nodes, edges: parsed }));
}

describe('loops around a node', () => {
  const graph = graphOf('a>l1 l1:each>b b>l2 l2:each>c l2:done>d l1:done>e');
  test.each([
    ['a', []],
    ['l1', []],
    ['b', ['l1']],
    ['l2', ['l1']],
    ['c', ['l2', 'l1']],
    ['d', ['l1']],
    ['e', []],
  ])('%s lies in %j', (id, loops) => {
    expect(loopsAround(graph, id)).toEqual(loops);
  });
});

test('ancestors are all nodes on the way, the node itself left out', () => {
  const graph = graphOf('a>b a>c b>d c>d d>e x>e');
  expect([...ancestorsOf(graph, 'd')].sort()).toEqual(['a', 'b', 'c']);
  expect([...ancestorsOf(graph, 'a')]).toEqual([]);
});

describe('cycles', () => {
  test.each([
    ['a>b b>c a>c', []],
    ['a>a', [['a']]],
    ['s>a a>b b>c c>a c>t', [['a', 'b', 'c']]],
    [
      'a>b b>a c>d d>c b>c',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['a>b b>c c>d d>a c>a', [['a', 'b', 'c']]],
  ])('of %s are %j', (edges, cycles) => {
    expect(findCycles(graphOf(edges)).map((cycle) => cycle.nodeIds)).toEqual(cycles);
  });

  test('the closing edge leads from the last node to the first', () => {
    expect(findCycles(graphOf('s>a a>b b>a'))).toEqual([{ nodeIds: ['a', 'b'], closing: 2 }]);
  });
});

test('the topological order puts every node after all that lead to it', () => {
  expect(topologicalOrder(graphOf('a>c b>c c>d a>d'))).toEqual(['a', 'b', 'c', 'd']);
  expect(topologicalOrder(graphOf('a>b b>c c>b c>d'))).toEqual(['a']);
});
