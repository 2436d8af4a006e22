import { describe, expect, test } from 'vitest';
import {
  edges,
  HOOK,
  IF,
  JOIN,
  LOOP,
  type Parts,
  problemsOf,
  type Row,
  SMS,
  START,
  sample,
  told,
  wanted,
} from '../testing/sample-problems.ts';

describe('ids and types', () => {
  test.each<Row>([
    [
      'two nodes of one id',
      sample({ nodes: [JOIN('a'), JOIN('a')], edges: edges('start>a') }),
      'duplicate_id',
      '/nodes/1/id',
      'a',
      /'a' is the id of another node/,
    ],
    [
      'a flow type that is none',
      sample({ nodes: [{ id: 'a', type: 'flow.iff' }] }),
      'unknown_type',
      '/nodes/0/type',
      'a',
      /one of flow\.if, .*Did you mean 'flow\.if'/,
    ],
    [
      'an action that is not there',
      sample({ nodes: [{ id: 'a', type: 'fax.send' }] }),
      'unknown_type',
      '/nodes/0/type',
      'a',
      /'fax\.send' is unknown/,
    ],
  ])('%s', (...row) => {
    expect(told(row)).toEqual(wanted(row, 'error'));
  });
  test.each<Row>([
    [
      'a node that is switched off',
      sample({ nodes: [SMS('a', { disabled: true })] }),
      'disabled_node',
      '/nodes/0',
      'a',
      /switched off/,
    ],
    [
      'a node of an unknown type that is switched off',
      sample({ nodes: [{ id: 'a', type: 'fax.send', disabled: true }] }),
      'disabled_node',
      '/nodes/0',
      'a',
      /switched off/,
    ],
  ])('%s', (...row) => {
    expect(told(row)).toEqual(wanted(row, 'warning'));
  });
});

test('a node with the id of a trigger is told', () => {
  expect(problemsOf(sample({ nodes: [JOIN('start'), JOIN('a')], edges: edges('start>a') }))).toContainEqual({
    code: 'duplicate_id',
    path: '/nodes/0/id',
    nodeId: 'start',
    message: expect.stringMatching(/another trigger/),
    severity: 'error',
  });
});

describe('edges', () => {
  test.each<Row>([
    [
      'an edge from nowhere',
      sample({ nodes: [JOIN('a')], edges: edges('start>a b>a') }),
      'dangling_edge',
      '/edges/1/from',
      'a',
      /starts at 'b', which is no node/,
    ],
    [
      'an edge to nowhere',
      sample({ nodes: [JOIN('alpha')], edges: edges('start>alpha alpha>alpah') }),
      'dangling_edge',
      '/edges/1/to',
      'alpha',
      /'alpah', which is no node\. Did you mean 'alpha'/,
    ],
    [
      'an edge into a trigger',
      sample({ nodes: [JOIN('a')], edges: edges('start>a a>start') }),
      'dangling_edge',
      '/edges/1/to',
      'a',
      /trigger 'start'; edges end at nodes/,
    ],
    [
      'an edge twice',
      sample({ nodes: [JOIN('a')], edges: edges('start>a start>a') }),
      'duplicate_edge',
      '/edges/1',
      'start',
      /twice/,
    ],
    [
      'an edge twice, once with its port',
      sample({ nodes: [JOIN('a'), JOIN('b')], edges: edges('start>a a>b a:next>b') }),
      'duplicate_edge',
      '/edges/2',
      'a',
      /twice/,
    ],
    [
      'no port from an if',
      sample({ nodes: [IF('a'), JOIN('b')], edges: edges('start>a a>b') }),
      'unknown_port',
      '/edges/1/port',
      'a',
      /not given, which means 'next', but flow\.if has the ports true and false/,
    ],
    [
      'a wrong port from an action',
      sample({ nodes: [SMS('a'), JOIN('b')], edges: edges('start>a a:yes>b') }),
      'unknown_port',
      '/edges/1/port',
      'a',
      /is 'yes', but sms\.send has the port next only/,
    ],
    [
      'a port that is not a case',
      sample({
        nodes: [{ id: 'a', type: 'flow.switch', input: { value: 1, cases: [{ name: 'gold', equals: 1 }] } }, JOIN('b')],
        edges: edges('start>a a:glod>b'),
      }),
      'unknown_port',
      '/edges/1/port',
      'a',
      /gold and default\. Did you mean 'gold'/,
    ],
    [
      'a port of a trigger',
      sample({ nodes: [JOIN('a')], edges: edges('start:done>a') }),
      'unknown_port',
      '/edges/0/port',
      'start',
      /a trigger has the port next only/,
    ],
    [
      'an edge after a stop',
      sample({ nodes: [{ id: 'a', type: 'flow.stop' }, JOIN('b')] }),
      'unknown_port',
      '/edges/1/port',
      'a',
      /nothing follows it/,
    ],
    [
      'an error edge without branching',
      sample({ nodes: [SMS('a'), JOIN('b')], edges: edges('start>a a:error>b') }),
      'unknown_port',
      '/edges/1/port',
      'a',
      /give it "onError": "branch"/,
    ],
  ])('%s', (...row) => {
    expect(told(row)).toEqual(wanted(row, 'error'));
  });
  test.each<Row>([
    [
      'branching on errors without an edge',
      sample({ nodes: [SMS('a', { onError: 'branch' })] }),
      'unknown_port',
      '/nodes/0/onError',
      'a',
      /no edge leaves by the port error/,
    ],
  ])('%s', (...row) => {
    expect(told(row)).toEqual(wanted(row, 'warning'));
  });
});

describe('the graph', () => {
  test.each<Row>([
    [
      'a cycle',
      sample({ nodes: [JOIN('a'), JOIN('b'), JOIN('c')], edges: edges('start>a a>b b>c c>a') }),
      'cycle',
      '/edges/3',
      'a',
      /cycle: a -> b -> c -> a\. Repeat steps with a flow\.loop/,
    ],
    [
      'a node that leads to itself',
      sample({ nodes: [JOIN('a')], edges: edges('start>a a>a') }),
      'cycle',
      '/edges/1',
      'a',
      /a -> a/,
    ],
    [
      'an edge back to a loop',
      sample({ nodes: [LOOP('l'), JOIN('b')], edges: edges('start>l l:each>b b>l') }),
      'cycle',
      '/edges/2',
      'l',
      /Loop 'l' goes on by itself/,
    ],
    [
      'an edge out of a loop',
      sample({ nodes: [LOOP('l'), JOIN('b'), JOIN('c')], edges: edges('start>l l:each>b b>c l:done>c') }),
      'loop_boundary',
      '/edges/2',
      'b',
      /out of the body of loop 'l'/,
    ],
    [
      'an edge into a loop',
      sample({ nodes: [LOOP('l'), JOIN('b'), JOIN('x')], edges: edges('start>l l:each>b start>x x>b') }),
      'loop_boundary',
      '/edges/3',
      'x',
      /into the body of loop 'l'/,
    ],
    [
      'a trigger into a loop',
      sample({ nodes: [LOOP('l'), JOIN('b')], edges: edges('start>l l:each>b start>b') }),
      'loop_boundary',
      '/edges/2',
      'start',
      /into the body of loop 'l'/,
    ],
    [
      'each and done to one node',
      sample({ nodes: [LOOP('l'), JOIN('b')], edges: edges('start>l l:each>b l:done>b') }),
      'loop_boundary',
      '/edges/1',
      'l',
      /also reached after the loop/,
    ],
  ])('%s', (...row) => {
    expect(told(row)).toEqual(wanted(row, 'error'));
  });
  test.each<Row>([
    [
      'a node that nothing leads to',
      sample({ nodes: [JOIN('a'), JOIN('b')], edges: edges('start>a b>a') }),
      'unreachable_node',
      '/nodes/1',
      'b',
      /can never run/,
    ],
    [
      'a node behind such a node',
      sample({ nodes: [JOIN('a'), JOIN('b')], edges: edges('start>a') }),
      'unreachable_node',
      '/nodes/1',
      'b',
      /can never run/,
    ],
    [
      'a trigger that leads nowhere',
      sample({ triggers: [START, HOOK], nodes: [JOIN('a')] }),
      'unreachable_node',
      '/triggers/1',
      'hook',
      /leads to no node/,
    ],
    ['no trigger', { nodes: [JOIN('a')] }, 'no_trigger', '/triggers', null, /only by hand/],
    ['no trigger and no node', { nodes: [] }, 'no_trigger', '/triggers', null, /only by hand/],
  ])('%s', (...row) => {
    expect(told(row)).toEqual(wanted(row, 'warning'));
  });

  test('two knots are two cycles', () => {
    const parts = sample({ nodes: ['a', 'b', 'c', 'd'].map(JOIN), edges: edges('start>a a>b b>a b>c c>d d>c') });
    expect(problemsOf(parts).map((problem) => problem.path)).toEqual(['/edges/2', '/edges/5']);
  });
});

describe('compensation', () => {
  const saga = (node: Parts, others: readonly Parts[], more: Parts = {}) =>
    sample({ nodes: [node, ...others], edges: edges('start>a'), settings: { onError: 'rollback' }, ...more });
  test.each<Row>([
    [
      'by a node that is none',
      saga(SMS('a', { compensate: 'undo' }), []),
      'compensation',
      '/nodes/0/compensate',
      'a',
      /'undo', which is no node/,
    ],
    [
      'by itself',
      saga(SMS('a', { compensate: 'a' }), []),
      'compensation',
      '/nodes/0/compensate',
      'a',
      /the node itself/,
    ],
    [
      'by a flow node',
      saga(SMS('a', { compensate: 'b' }), [JOIN('b')]),
      'compensation',
      '/nodes/0/compensate',
      'a',
      /only an action/,
    ],
    [
      'by a node that edges lead to',
      saga(SMS('a', { compensate: 'b' }), [SMS('b')], { edges: edges('start>a a>b') }),
      'compensation',
      '/nodes/0/compensate',
      'a',
      /edges lead to/,
    ],
    [
      'by a node that leads on',
      saga(SMS('a', { compensate: 'b' }), [SMS('b')], { edges: edges('start>a b>a') }),
      'compensation',
      '/nodes/0/compensate',
      'a',
      /lead on/,
    ],
  ])('%s', (...row) => {
    expect(told(row)).toEqual(wanted(row, 'error'));
  });
  test.each<Row>([
    [
      'without rollback',
      saga(SMS('a', { compensate: 'b' }), [SMS('b')], { settings: {} }),
      'compensation',
      '/nodes/0/compensate',
      'a',
      /"onError": "rollback"/,
    ],
  ])('%s', (...row) => {
    expect(told(row)).toEqual(wanted(row, 'warning'));
  });
});
