import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../json.ts';
import { checkCondition, checkExpression } from './check-expression.ts';
import { EXAMPLE_TYPES } from './example-types.ts';

describe('checkExpression', () => {
  it.each<[string, JsonObject]>([
    ['event.data.amount', { type: 'number' }],
    ['event.data.amount / 2 + 1', { type: 'number' }],
    ['event.type + "x"', { type: 'string' }],
    ['event.data.tags[0]', { type: 'string' }],
    ['event.data.people.filter(p, p.age > 3)[0].name', { type: 'string' }],
    ['event.data.people.map(p, p.age)', { type: 'array', items: { type: 'integer' } }],
    ['event.data.?from', { anyOf: [{ type: 'string' }, { type: 'null' }] }],
    ['default(event.data.from, "x") + "y"', { type: 'string' }],
    ['client.whatever.goes', {}],
    ['client.whatever + 1', { type: 'number' }],
    ['client.whatever > 1 && has(client.x)', { type: 'boolean' }],
    ['steps.fetch.output.other', {}],
    ["now + duration('24h')", { type: 'string', format: 'date-time' }],
    ['now - timestamp(event.time)', { type: 'string', format: 'duration' }],
    [
      "{'a': now, 'n': 1}",
      {
        type: 'object',
        properties: { a: { type: 'string', format: 'date-time' }, n: { type: 'integer', const: 1 } },
        required: ['a', 'n'],
        additionalProperties: false,
      },
    ],
    ['event.data.either == 1 || event.data.either == "x"', { type: 'boolean' }],
    ['event.data.either + 1', { type: 'number' }],
    ['event.data.from == null || event.data.amount == null', { type: 'boolean' }],
    ['size(event.data.tags) > 0 && "x" in event.data.tags', { type: 'boolean' }],
    ['cel.bind(a, event.data.amount, a * 2)', { type: 'number' }],
    ['min(event.data.people.map(p, p.age))', { type: 'integer' }],
  ])('%s has a type and no problem', (source, type) => {
    expect(checkExpression(source, EXAMPLE_TYPES)).toEqual({ type, problems: [] });
  });

  it.each([
    ['event.data.statu', 'unknown_name', 'event.data has no field "statu" (did you mean status?)', 0],
    ['1 + event.data.xyz', 'unknown_name', 'it has status, from, amount', 4],
    ['steps.fecth.output', 'unknown_name', 'did you mean fetch?', 0],
    ['has(event.data.statu)', 'unknown_name', 'did you mean status?', 4],
    ['event.data.?statu', 'unknown_name', 'did you mean status?', 0],
    ["event['typ']", 'unknown_name', 'did you mean type?', 0],
    ['event.data.people.map(p, p.nme)', 'unknown_name', 'did you mean name?', 25],
    ['evnt.data', 'unknown_name', 'did you mean event?', 0],
    ['item.name', 'unknown_name', 'item is not there at this place', 0],
    ['event.data.constructor', 'unknown_name', 'constructor', 0],
    ["event.data.amount + 'x'", 'invalid_expression', "event.data.amount is a number and 'x' is text", 0],
    ['event.type > 3', 'invalid_expression', 'cannot be compared', 0],
    ['event.type == 3', 'invalid_expression', 'never equal', 0],
    ['event.data.from == 3', 'invalid_expression', 'never equal', 0],
    ['now > event.time', 'invalid_expression', 'timestamp(...)', 0],
    ['event.type && true', 'invalid_expression', 'must be true or false', 0],
    ['!event.data.amount', 'invalid_expression', 'must be true or false', 1],
    ['event.type ? 1 : 2', 'invalid_expression', 'must be true or false', 0],
    ['-event.type', 'invalid_expression', '-x takes a number', 1],
    ['event.data.amount.x', 'invalid_expression', 'has no fields', 0],
    ['event.data.amount[0]', 'invalid_expression', 'not a list or an object', 0],
    ['1 in event.type', 'invalid_expression', 'a list or an object', 0],
    ['lower(event.data.amount)', 'invalid_expression', 'lower() takes text', 6],
    ['event.data.amount.filter(x, x)', 'invalid_expression', 'goes over a list', 0],
    ['event.data.tags.filter(t, t)', 'invalid_expression', 't must be true or false', 26],
    ["lowr('x')", 'invalid_expression', 'did you mean lower?', 0],
    ["duration('soon')", 'invalid_expression', 'PT2H', 0],
    ["event.type.matches('(')", 'invalid_expression', 'missing closing', 0],
    ['9007199254740993', 'invalid_expression', 'exact', 0],
    ['has(1)', 'invalid_expression', 'has() takes a path', 0],
    ['1 +', 'invalid_expression', 'character 4', 3],
  ])('%s has a problem: %s', (source, code, part, at) => {
    expect(checkExpression(source, EXAMPLE_TYPES).problems).toEqual([
      { code, message: expect.stringContaining(part), at },
    ]);
  });

  it('tells every problem', () => {
    const { problems } = checkExpression("evnt.x == 1 && event.typ == 'x' && lower(3) == ''", EXAMPLE_TYPES);
    expect(problems.map(({ code }) => code)).toEqual(['unknown_name', 'unknown_name', 'invalid_expression']);
  });
});

describe('checkCondition', () => {
  it.each(["event.type == 'x'", 'client.ok', 'has(client.x)'])('%s may hold', (source) => {
    expect(checkCondition(source, EXAMPLE_TYPES)).toEqual([]);
  });

  it.each(['event.type', '1', 'event.data.people', 'now'])('%s can be neither true nor false', (source) => {
    expect(checkCondition(source, EXAMPLE_TYPES)).toEqual([
      { code: 'invalid_expression', message: expect.stringContaining('a condition must be true or false'), at: 0 },
    ]);
  });
});
