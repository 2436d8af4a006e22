import { expect, it } from 'vitest';
import { equalityOnEvent } from './equality-on-event.ts';
import { evaluateExpression } from './evaluate-expression.ts';
import { exampleNames } from './example-names.ts';

it.each<[string, [string, string][]]>([
  ['event.data.from == client.phone', [['data.from', 'client.phone']]],
  ['client.phone == event.data.from', [['data.from', 'client.phone']]],
  [
    "event.data.a.b == 'x' && vars.n == 1 && event.data.c == 2",
    [
      ['data.a.b', "'x'"],
      ['data.c', '2'],
    ],
  ],
  [
    "event.data.a == r'\\d' && event.data.b == -(1 + 2) * 3",
    [
      ['data.a', "r'\\d'"],
      ['data.b', '((-(1 + 2)) * 3)'],
    ],
  ],
  [
    'event.data.a == vars.list.filter(x, x.n > 1)[0].?id.orValue("")',
    [['data.a', 'vars.list.filter(x, (x.n > 1))[0].?id.orValue("")']],
  ],
  ['event.data.a == event.data.b', []],
  ['event.data.a == now', []],
  ['event.data.a == 1 || event.data.b == 2', []],
  ['!(event.data.a == 1)', []],
  ['event.data.a != 1', []],
  ['event.data.?a == null', []],
  ['event.type == "x" && event.data == 1', []],
  ['event.data.list[0] == 1', []],
  ['event.data.a ==', []],
])('%s', (source, expected) => {
  expect(equalityOnEvent(source)).toEqual(expected.map(([path, other]) => ({ path, other })));
});

it('prints the other side so that it means the same', () => {
  for (const source of [
    '(1 + 2) * 3',
    '2 - (3 - 4)',
    'true ? [1, 2] : {"a": [3]}',
    '!(1 < 2 && 3 in [3])',
    '-(-1) % 4',
    '\'a\'.upper() + "b"',
  ]) {
    const [equality] = equalityOnEvent(`event.data.x == (${source})`);
    expect(evaluateExpression(equality?.other ?? '', exampleNames()), source).toEqual(
      evaluateExpression(source, exampleNames()),
    );
  }
});
