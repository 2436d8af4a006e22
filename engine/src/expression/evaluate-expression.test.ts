import { describe, expect, it } from 'vitest';
import type { Json } from '../json.ts';
import { evaluateCondition, evaluateExpression } from './evaluate-expression.ts';
import { exampleNames } from './example-names.ts';
import { ExpressionError } from './expression-error.ts';
import type { Names } from './names.ts';

function failure(run: () => unknown): ExpressionError {
  try {
    run();
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const names = exampleNames();

describe('evaluateExpression', () => {
  it.each<[string, Json]>([
    // Numbers
    ['7 / 2', 3.5],
    ['7 % 4', 3],
    ['7.5 % 2', 1.5],
    ['event.data.seven / 2', 3.5],
    ['event.data.half * 4 + 1', 3],
    ['1 == 1.0', true],
    ['1.0 in [1, 2]', true],
    ['[1, 2.0] == [1.0, 2]', true],
    ["{'a': 1} == {'a': 1.0}", true],
    ['0 - 0.0', 0],
    ['-event.data.amount', -42],
    ['9007199254740991', 9007199254740991],
    ["number(' 3.50 ') + int('7') + int(-1.9)", 9.5],
    ['round(1.005, 2)', 1.01],
    ['[round(-2.5), floor(-0.5), ceil(0.2), abs(-3)]', [-3, -1, 1, 3]],
    ['2 < 2.5 && 3 >= 3.0', true],
    // Text
    ["client.first_name + '!'", 'Ann!'],
    ["'  Hi '.trim().lower() + upper('x') + capitalize('abc')", 'hiXAbc'],
    ["'a,b,,c'.split(',').filter(x, x != '').join('-')", 'a-b-c'],
    ["'banana'.replace('an', 'o')", 'booa'],
    ["'banana'.indexOf('n') + 'banana'.lastIndexOf('n')", 6],
    ["'banana'.substring(1, 3)", 'an'],
    ["'banana'.startsWith('ba') && 'banana'.endsWith('na') && 'banana'.contains('nan')", true],
    ["'2026-11'.matches('^[0-9]{4}-[0-9]{2}$')", true],
    ["size('a😀') + size([1]) + size({'k': 1})", 4],
    ['string(1.50) + string(true) + string(now)', '1.5true2026-11-20T10:00:00.000Z'],
    // Lists and objects
    ['event.data.list.map(x, x * 2).sum()', 13],
    ['event.data.people.filter(p, p.age > 5).map(p, p.name)', ['Al']],
    ['event.data.people.map(p, p.age < 5, p.name)', ['Bo']],
    ['event.data.people.exists(p, p.age == 3) && event.data.people.all(p, p.age > 1)', true],
    ['event.data.people.exists_one(p, has(p.city))', true],
    ["event.data.people[1].name + event.data['from']", 'Al+491'],
    ['min(3, 1.5, 2) + max([1, 9])', 10.5],
    ['average([1, 2, 6])', 3],
    ['[3, 1, 2].sort().reverse().first() + [1, 2].last()', 5],
    ['[1, 1.0, [2], [2], "a"].distinct()', [1, [2], 'a']],
    ['[[1], [2, 3], 4].flatten().slice(1, 3)', [2, 3]],
    ["keys({'a': 1, 'b': 2}).join() + string(sum(values({'a': 1, 'b': 2})))", 'ab3'],
    ["['vip'].all(t, t in client.tags) && 'city' in client.address", true],
    ['[1, 2].map(x, [3].map(y, x * y)) + [[9]]', [[3], [6], [9]]],
    ['[1].map(x, [2].map(x, x)[0] + x)', [3]],
    ['cel.bind(a, 2, cel.bind(b, a + 1, a * b))', 6],
    ["{'n': event.data.amount, 'list': [1, 's', null, true]}", { n: 42, list: [1, 's', null, true] }],
    // Missing and null
    ["event.data.?nope.orValue('x')", 'x'],
    ["event.data.?nope.deeper[3].orValue('x')", 'x'],
    ['event.data.?nope', null],
    ["event.data.nope.orValue('x') + default(event.data.empty, 'y')", 'xy'],
    ['coalesce(event.data.a, event.data.empty, client.phone, 1)', '+491'],
    ['has(event.data.empty) && !has(event.data.nope) && !has(event.data.nope.deeper)', true],
    ['event.data.?list[9].hasValue() || event.data.?status.hasValue()', true],
    ["event.data.empty == null && event.data.status != null && 1 != '1'", true],
    ['event.data.nope == 1 || true', true],
    ['event.data.people.exists(p, p.city == "Rome")', true],
    // Time
    ["now + duration('24h')", '2026-11-21T10:00:00.000Z'],
    ["now + duration('P1M') - duration('PT30M')", '2026-12-20T09:30:00.000Z'],
    ["timestamp('2026-10-24T12:00:00') + duration('P1D')", '2026-10-25T11:00:00.000Z'],
    ["timestamp('2026-10-24T12:00:00') + duration('24h')", '2026-10-25T10:00:00.000Z'],
    ['now - timestamp(event.time)', 'PT1H'],
    ["timestamp(event.time) < now && duration('90m') == duration('PT1H30M')", true],
    ["duration('P1Y2M3DT4H5M6.5S')", 'P1Y2M3DT4H5M6.5S'],
    ["-duration('1h30m') < duration('P1D')", true],
    ["duration('90m').getHours() + duration('90m').getMinutes()", 91],
    [
      '[now.getHours(), now.getHours(org.timezone), now.getMonth(), now.getDayOfWeek(), now.getDate()]',
      [10, 11, 10, 5, 20],
    ],
    ["date(timestamp('2026-11-20T23:30:00Z'), 'Europe/Berlin')", '2026-11-21'],
    ['timestamp(0)', '1970-01-01T00:00:00.000Z'],
    ['timestamp("2026-11-20")', '2026-11-19T23:00:00.000Z'],
    // Text that any store takes
    ["'a😀'.substring(0, 2)", 'a\u{fffd}'],
    ["{'😀'.split('')[0]: 1}", { '\u{fffd}': 1 }],
    // Data that looks like source stays data
    ['event.data.template', '{{ client.phone }}'],
    ['event.data.expression', { $: '1 + 1' }],
  ])('%s', (source, expected) => {
    expect(evaluateExpression(source, names)).toEqual(expected);
  });

  it.each([
    ['event.data.foo', 'missing_field', 'event.data.foo'],
    ['event.data.empty.x', 'missing_field', 'event.data.empty is nothing (null)'],
    ['event.data.list[3]', 'missing_field', 'event.data.list[3]'],
    ['event.data.people.map(p, p.city)', 'missing_field', 'p.city'],
    ['event.data.constructor', 'missing_field', 'event.data.constructor'],
    ['event.data.__proto__', 'missing_field', 'event.data.__proto__'],
    ['event.data.list.prototype', 'missing_field', 'event.data.list.prototype'],
    ['now.ms', 'missing_field', 'now.ms'],
    ["'x'.length", 'missing_field', "'x'.length"],
    ['item.name', 'missing_field', 'item'],
    ['clint.phone', 'unknown_name', 'did you mean client?'],
    ['constructor', 'unknown_name', 'constructor'],
    ["1 + 'a'", 'expression_type', 'a number + text'],
    ["now < '2026'", 'expression_type', 'timestamp(...)'],
    ['client.phone && true', 'expression_type', 'client.phone is text'],
    ['1 ? 2 : 3', 'expression_type', '1 is a number'],
    ['lower(3)', 'expression_type', 'lower() takes text'],
    ['event.data.list["0"]', 'expression_type', 'read by number'],
    ['[1].filter(x, x)', 'expression_type', '[1].filter(x, x)'],
    ['sum(["a"])', 'expression_type', 'sum()'],
    ['1 / 0', 'evaluation_failed', 'division by zero'],
    ['1 % 0', 'evaluation_failed', 'division by zero'],
    ['9007199254740991 + 1', 'evaluation_failed', 'exact'],
    ['1e300 * 1e300', 'evaluation_failed', 'exact'],
    ["int('abc')", 'evaluation_failed', 'int("abc")'],
    ["number('9007199254740993')", 'evaluation_failed', 'exact'],
    ['min([])', 'evaluation_failed', 'min()'],
    ["'a\\u0000b'", 'evaluation_failed', 'NUL'],
    ["duration('soon')", 'evaluation_failed', 'PT2H'],
    ["duration('P1M') < duration('P31D')", 'evaluation_failed', 'no fixed length'],
    ["timestamp('2026-02-30T00:00:00Z')", 'evaluation_failed', '2026-02-30'],
    ["timestamp('2026-02-30')", 'evaluation_failed', '2026-02-30'],
    ["now.getHours('Mars/Base')", 'evaluation_failed', 'Mars/Base'],
    ["now + duration('P9000Y')", 'evaluation_failed', 'years 1 to 9999'],
    ["'a'.matches('(')", 'evaluation_failed', 'missing closing'],
    ['9007199254740993', 'expression_syntax', '9007199254740993'],
    ["b'bytes'", 'expression_syntax', 'bytes'],
    ['1 +', 'expression_syntax', 'character 4'],
    ['', 'expression_syntax', 'Unexpected'],
    ['event..data', 'expression_syntax', 'character 7'],
    ['fetch("x")', 'expression_syntax', 'there is no function fetch()'],
    ["loewr('A')", 'expression_syntax', 'did you mean lower?'],
    ["'a'.lower('b')", 'expression_syntax', 'lower() takes 1 arguments'],
    ['has(1)', 'expression_syntax', 'has() takes a path'],
    ['[1].map(1, 2)', 'expression_syntax', 'map'],
  ])('%s is refused with %s', (source, code, part) => {
    const error = failure(() => evaluateExpression(source, names));
    expect(error.code).toBe(code);
    expect(error.message).toContain(part);
  });

  it('sees the item of the loop it runs in', () => {
    const inLoop: Partial<Names> = { item: { n: 2 }, index: 4, loops: { outer: { item: 'o', index: 1 } } };
    const inside = exampleNames({}, inLoop);
    expect(evaluateExpression('[item.n * index, loops.outer.index]', inside)).toEqual([8, 1]);
    expect(evaluateExpression('item', exampleNames({}, { item: null }))).toBeNull();
  });

  it('refuses numbers that were rounded before they came, where something would be concluded from them', () => {
    const rounded = exampleNames({ a: 2 ** 53 + 2, b: 2 ** 53 + 2 });
    for (const source of [
      'event.data.a == event.data.b',
      'event.data.a + 1',
      'event.data.a > 1',
      'int(event.data.a)',
    ]) {
      expect(failure(() => evaluateExpression(source, rounded)).message, source).toContain('exact');
    }
  });

  it('answers data as it is, without a copy', () => {
    expect(evaluateExpression('event.data', names)).toBe(names.event.data);
  });

  it('keeps a key named __proto__ plain data', () => {
    const result = evaluateExpression("{'__proto__': {'polluted': true}}", names);
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
    expect(JSON.stringify(result)).toBe('{"__proto__":{"polluted":true}}');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('evaluateCondition', () => {
  it('answers true or false', () => {
    expect(evaluateCondition("event.data.status == 'no-answer' && event.data.from == client.phone", names)).toBe(true);
    expect(evaluateCondition('event.data.amount > 100', names)).toBe(false);
  });

  it.each(['event.data.amount', 'event.data.?nope', "'true'", '[true]'])('refuses %s, which is neither', (source) => {
    expect(failure(() => evaluateCondition(source, names))).toMatchObject({ code: 'expression_type' });
  });
});
