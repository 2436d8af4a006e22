import type { Json } from '@mainspring/engine/json.ts';
import { describe, expect, test } from 'vitest';
import { checkFormInput, type Field } from './check-form-input.ts';

describe('input held against the form', () => {
  test.each<[string, readonly Field[], Json, Json]>([
    ['no form takes anything', [], [1], [1]],
    ['text', [{ name: 'a' }], { a: 'x' }, { a: 'x' }],
    ['a number', [{ name: 'a', type: 'number' }], { a: 1.5 }, { a: 1.5 }],
    ['yes or no', [{ name: 'a', type: 'boolean' }], { a: false }, { a: false }],
    ['a date', [{ name: 'a', type: 'date' }], { a: '2026-11-21' }, { a: '2026-11-21' }],
    ['a choice', [{ name: 'a', type: 'choice', options: ['x'] }], { a: 'x' }, { a: 'x' }],
    ['anything', [{ name: 'a', type: 'json' }], { a: [null] }, { a: [null] }],
    ['what may be left out', [{ name: 'a', type: 'number' }], {}, {}],
    ['a default', [{ name: 'a', default: 'x' }], {}, { a: 'x' }],
    ['a default that is not needed', [{ name: 'a', default: 'x' }], { a: 'y' }, { a: 'y' }],
    ['what the form does not ask for', [{ name: 'a' }], { b: 1 }, { b: 1 }],
  ])('%s fits', (_, form, input, filled) => {
    expect(checkFormInput(form, input)).toEqual({ kind: 'fits', input: filled });
  });

  test.each<[string, readonly Field[], Json, string]>([
    ['no object', [{ name: 'a' }], 'x', '/input must be an object with the fields of the form'],
    ['nothing where something is due', [{ name: 'a', required: true }], {}, '/input/a is missing; it must be text'],
    [
      'empty text where something is due',
      [{ name: 'a', required: true }],
      { a: '' },
      '/input/a is missing; it must be text',
    ],
    [
      'a name of every object',
      [{ name: 'toString', required: true }],
      {},
      '/input/toString is missing; it must be text',
    ],
    ['a number as text', [{ name: 'a', type: 'number' }], { a: '5' }, '/input/a must be a number'],
    [
      'a day that never was',
      [{ name: 'a', type: 'date' }],
      { a: '2026-13-01' },
      '/input/a must be a date such as 2026-11-21',
    ],
    [
      'another choice',
      [{ name: 'a', type: 'choice', options: ['x', 'y'] }],
      { a: 'z' },
      '/input/a must be one of "x", "y"',
    ],
    ['a default that does not fit', [{ name: 'a', type: 'boolean', default: 1 }], {}, '/input/a must be true or false'],
  ])('%s does not', (_, form, input, problem) => {
    const result = checkFormInput(form, input);
    const problems = result.kind === 'misfit' ? result.problems : [];
    expect(problems.map(({ path, message }) => `${path} ${message}`)).toEqual([problem]);
  });
});
