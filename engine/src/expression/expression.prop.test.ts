import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Json } from '../json.ts';
import { checkExpression } from './check-expression.ts';
import { checkTemplate } from './check-template.ts';
import { equalityOnEvent } from './equality-on-event.ts';
import { evaluateCondition, evaluateExpression } from './evaluate-expression.ts';
import { exampleNames } from './example-names.ts';
import { EXAMPLE_TYPES } from './example-types.ts';
import { ExpressionError } from './expression-error.ts';
import { functions, macros } from './functions.ts';
import { TAG_NAMES } from './liquid-engine.ts';
import { liquidFilters } from './liquid-filters.ts';
import { renderTemplate } from './render-template.ts';
import { resolveValue } from './resolve-value.ts';

const CEL_WORDS = [
  ...['event', 'client', 'steps', 'vars', 'item', 'now', 'data', 'list', 'people', 'x', '__proto__', 'constructor'],
  ...[
    '.',
    '.?',
    '[',
    ']',
    '(',
    ')',
    '{',
    '}',
    ',',
    ':',
    '?',
    '+',
    '-',
    '*',
    '/',
    '%',
    '==',
    '!=',
    '<',
    '>=',
    'in',
    '&&',
    '||',
    '!',
  ],
  ...[
    '1',
    '0',
    '2.5',
    '1e400',
    '9007199254740993',
    "'a'",
    '"\\u0000"',
    "''",
    "r'\\'",
    "b'x'",
    '1u',
    'true',
    'null',
    '[1, 2]',
    "{'a': 1}",
  ],
  ...functions.keys(),
  ...macros.keys(),
];
const celSource = fc.oneof(
  fc.array(fc.constantFrom(...CEL_WORDS), { maxLength: 14 }).map((words) => words.join(' ')),
  fc.array(fc.constantFrom(...CEL_WORDS), { maxLength: 10 }).map((words) => words.join('')),
  fc.string({ unit: 'binary', maxLength: 30 }),
);
const argument = fc.constantFrom(
  '1',
  '-2.5',
  "'a,b'",
  "''",
  'null',
  'true',
  'now',
  'event',
  'event.data.list',
  'client.nope',
  "'P1M'",
  '1e15',
);
const celCall = fc
  .tuple(fc.constantFrom(...functions.keys(), ...macros.keys()), fc.array(argument, { maxLength: 4 }))
  .map(([name, args]) => `${name}(${args.join(', ')})`);

const LIQUID_WORDS = [
  ...[
    '{{',
    '}}',
    '{%',
    '%}',
    '{%-',
    '-}}',
    '|',
    ':',
    ',',
    '.',
    '[',
    ']',
    '(',
    ')',
    '..',
    '=',
    '==',
    'contains',
    'and',
    'in',
  ],
  ...[
    'event',
    'client.tags',
    'event.data.list',
    'x',
    'forloop',
    '__proto__',
    "'a'",
    '1',
    '-1',
    '1e9',
    'nil',
    'empty',
    'end',
  ],
  ...TAG_NAMES,
  ...TAG_NAMES.map((tag) => `end${tag}`),
  ...['else', 'elsif', 'when', 'include', 'render', 'layout', 'tablerow'],
  ...liquidFilters.keys(),
];
const liquidSource = fc.oneof(
  fc.array(fc.constantFrom(...LIQUID_WORDS), { maxLength: 25 }).map((words) => `{{ ${words.join(' ')}`),
  fc.array(fc.constantFrom(...LIQUID_WORDS), { maxLength: 25 }).map((words) => `{% ${words.join(' ')} %}`),
  fc.string({ unit: 'binary', maxLength: 30 }).map((text) => `{{${text}}}{%${text}%}`),
);
const LIQUID_ARGUMENTS = [
  "'a'",
  '0',
  '-3',
  '2.5',
  'nil',
  'empty',
  'event',
  'client.tags',
  'event.data.people',
  'now',
  'true',
  "''",
];
const liquidFilter = fc
  .tuple(
    fc.constantFrom(...LIQUID_ARGUMENTS),
    fc.array(
      fc.tuple(
        fc.constantFrom(...liquidFilters.keys()),
        fc.array(fc.constantFrom(...LIQUID_ARGUMENTS), { maxLength: 3 }),
      ),
      {
        minLength: 1,
        maxLength: 4,
      },
    ),
  )
  .map(
    ([input, filters]) => `{{ ${input}${filters.map(([name, args]) => ` | ${name}: ${args.join(', ')}`).join('')} }}`,
  );

/** As it comes off a wire: without the -0 that JSON text does not tell from 0. */
const json = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.parse(JSON.stringify(value)) as Json);

/** Runs it; an `ExpressionError` is an answer too, anything else that is thrown fails the test. */
function outcome(run: () => Json | boolean): unknown {
  try {
    return run();
  } catch (error) {
    if (error instanceof ExpressionError) return { code: error.code, message: error.message };
    throw error;
  }
}

function expectCleanPrototypes(): void {
  expect(Object.getOwnPropertyNames(Object.prototype).length).toBe(OBJECT_NAMES);
  expect(Object.keys(Array.prototype)).toEqual([]);
}
const OBJECT_NAMES = Object.getOwnPropertyNames(Object.prototype).length;

it('any expression over any data ends in plain JSON or an ExpressionError, twice the same', () => {
  fc.assert(
    fc.property(fc.oneof(celSource, celCall), json, (source, data) => {
      const names = exampleNames(data);
      const before = JSON.stringify(names);
      const first = outcome(() => evaluateExpression(source, names));
      expect(outcome(() => evaluateExpression(source, names))).toEqual(first);
      expect(JSON.parse(JSON.stringify(first))).toEqual(first);
      outcome(() => evaluateCondition(source, names));
      equalityOnEvent(source);
      expect(JSON.stringify(names)).toBe(before);
      expectCleanPrototypes();
    }),
    { numRuns: 3000 },
  );
});

it('any template over any data ends in text or an ExpressionError, twice the same', () => {
  fc.assert(
    fc.property(fc.oneof(liquidSource, liquidFilter), json, (source, data) => {
      const names = exampleNames(data);
      const before = JSON.stringify(names);
      const first = outcome(() => renderTemplate(source, names));
      expect(outcome(() => renderTemplate(source, names))).toEqual(first);
      expect(JSON.stringify(names)).toBe(before);
      expectCleanPrototypes();
    }),
    { numRuns: 3000 },
  );
});

it('checks answer problems, whatever the source', () => {
  fc.assert(
    fc.property(celSource, liquidSource, (expression, template) => {
      for (const { code } of [
        ...checkExpression(expression, EXAMPLE_TYPES).problems,
        ...checkTemplate(template, EXAMPLE_TYPES),
      ]) {
        expect(['invalid_expression', 'invalid_template', 'unknown_name']).toContain(code);
      }
    }),
    { numRuns: 2000 },
  );
});

it('what is checked without a problem is at least readable', () => {
  fc.assert(
    fc.property(fc.oneof(celSource, celCall), (source) => {
      if (checkExpression(source, EXAMPLE_TYPES).problems.length > 0) return;
      const result = outcome(() => evaluateExpression(source, exampleNames()));
      expect(result).not.toMatchObject({ code: 'expression_syntax' });
    }),
    { numRuns: 2000 },
  );
});

it('data never changes by passing through, and is never read as source', () => {
  fc.assert(
    fc.property(json, (data) => {
      const names = exampleNames({ value: data, text: '{{ 1 }}{% bad', source: { $: 'bad(' } });
      expect(evaluateExpression('event.data.value', names)).toEqual(data);
      expect(resolveValue([{ $: 'event.data' }, '{{ event.data.text }}'], names)).toEqual([
        names.event.data,
        '{{ 1 }}{% bad',
      ]);
    }),
  );
});

it('mixed numbers add, compare and equal as JavaScript numbers do, while they are exact', () => {
  const number = fc.oneof(fc.integer({ min: -1e6, max: 1e6 }), fc.double({ min: -1e6, max: 1e6, noNaN: true }));
  fc.assert(
    fc.property(number, number, (a, b) => {
      const names = exampleNames({ a, b });
      const seen = evaluateExpression(
        '[event.data.a + event.data.b, event.data.a - event.data.b, event.data.a * event.data.b]',
        names,
      );
      expect(seen).toEqual([a + b + 0, a - b + 0, a * b + 0]);
      expect(evaluateCondition('event.data.a < event.data.b', names)).toBe(a < b);
      expect(evaluateCondition('[event.data.a] == [event.data.b]', names)).toBe(a === b);
    }),
  );
});
