import { describe, expect, test } from 'vitest';
import { parseDefinition } from './parse.ts';
import { sampleCatalogue, sampleDocument } from './testing/sample-definition.ts';
import { edges, IF, JOIN, problemsOf, START } from './testing/sample-problems.ts';
import { validateDefinition } from './validate.ts';

describe('as a whole', () => {
  test("the format's own sample has no problem", () => {
    const result = parseDefinition(sampleDocument);
    expect(result.ok && validateDefinition(result.definition, { actions: sampleCatalogue })).toEqual([]);
  });

  test('everything that is wrong is told at once', () => {
    const parts = {
      triggers: [{ ...START, where: 'nope' }],
      nodes: [{ id: 'a', type: 'fax.send' }, IF('b', 'nope'), { id: 'c', type: 'sms.send' }, JOIN('d')],
      edges: edges('start>b b>a b:true>zz b:false>c'),
      settings: { timezone: 'Nowhere' },
    };
    expect(problemsOf(parts).map((problem) => `${problem.code} ${problem.path}`)).toEqual([
      'unknown_name /triggers/0/where',
      'unknown_type /nodes/0/type',
      'unknown_name /nodes/1/input/condition',
      'missing_input /nodes/2/input/to',
      'missing_input /nodes/2/input/body',
      'unknown_port /edges/1/port',
      'dangling_edge /edges/2/to',
      'unreachable_node /nodes/3',
      'invalid_value /settings/timezone',
    ]);
  });
});
