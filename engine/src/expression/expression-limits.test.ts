import { describe, expect, it } from 'vitest';
import type { Json } from '../json.ts';
import { evaluateExpression } from './evaluate-expression.ts';
import { exampleNames } from './example-names.ts';
import { ExpressionError } from './expression-error.ts';
import { LIMITS } from './limits.ts';
import { renderTemplate } from './render-template.ts';

const numbers = Array.from({ length: 20_000 }, (_, index) => index);
const objects = numbers.map((n) => ({ n, text: 'x'.repeat(20) }));
const names = exampleNames({
  numbers,
  objects,
  same: structuredClone(objects),
  text: 'a'.repeat(200_000),
  blanks: `${' '.repeat(200_000)}x`,
  tags: '<script'.repeat(30_000),
  wide: Object.fromEntries(numbers.map((n) => [`k${n}`, n])),
  deep: JSON.parse('['.repeat(3000) + ']'.repeat(3000)) as Json,
  huge: 1e16,
});

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ExpressionError) return error.code;
    throw error;
  }
  return 'none';
}

/** CEL that joins a list with itself, `times` over. */
function doubled(list: string, times: number): string {
  return times === 0 ? `${list}.size()` : `cel.bind(a${times}, ${list} + ${list}, ${doubled(`a${times}`, times - 1)})`;
}

describe('an expression that costs too much', () => {
  it.each([
    ['loops in loops', 'event.data.numbers.map(a, event.data.numbers.map(b, event.data.numbers.map(c, c)))'],
    ['a search for each item', "event.data.numbers.exists(a, event.data.text.contains('aab'))"],
    ['deep comparison for each item', 'event.data.numbers.exists(a, event.data.objects == event.data.same && false)'],
    ['counting keys for each item', 'event.data.numbers.exists(a, size(event.data.wide) < 0)'],
    ['comparing all with all', 'event.data.objects.distinct()'],
    ['an error for each item', 'event.data.numbers.exists(a, a.nope == 1)'],
    ['sorting for each item', 'event.data.numbers.map(a, event.data.numbers.sort())'],
    ['a long text for each item', 'event.data.numbers.map(a, string(a) + event.data.text)'],
    ['doubling a text', 'cel.bind(a, event.data.text + event.data.text, a)'],
    ['doubling a list', doubled('event.data.numbers', 8)],
    ['a result that shares and so unfolds', 'cel.bind(a, [event.data.numbers, event.data.numbers], [a, a, a, a])'],
    ['a result that nests too deep', '[event.data.deep]'],
    ['a text that grows by replacing', "event.data.text.replace('a', 'aaa')"],
    ['a pattern too large for its text', "event.data.text.matches('a{900}b')"],
    ['a pattern too long', `'x'.matches('${'a?'.repeat(400)}')`],
    ['brackets without end', '('.repeat(1999)],
    ['lists without end', '['.repeat(1999)],
    ['minus signs without end', `${'-'.repeat(1998)}1`],
    ['dots without end', `event${'.a'.repeat(900)}`],
    ['a long chain', `1${' + 1'.repeat(300)}`],
    ['too long a source', `1 ${' '.repeat(LIMITS.expressionChars)}`],
  ])('is stopped: %s', (_, source) => {
    expect(codeOf(() => evaluateExpression(source, names))).toBe('limit_exceeded');
  });

  it('does not hide a limit behind something that guards against errors', () => {
    const endless = 'event.data.numbers.map(a, event.data.numbers.map(b, event.data.numbers.map(c, c)))';
    for (const source of [`default(${endless}, 1)`, `${endless} == [] || true`, `[1].exists(x, ${endless} == [])`]) {
      expect(
        codeOf(() => evaluateExpression(source, names)),
        source,
      ).toBe('limit_exceeded');
    }
  });

  it.each([
    ["event.data.text.matches('(a|aa)+$')", true],
    ["event.data.text.matches('^(a+)+b$')", false],
    ['event.data.numbers.filter(n, n % 2 == 0).size()', 10_000],
    ['event.data.objects == event.data.same', true],
    ["event.data.text.split('').size()", 200_000],
    [`1${' + 1'.repeat(200)}`, 201],
  ])('does not stop honest work: %s', (source, expected) => {
    expect(evaluateExpression(source, names)).toBe(expected);
  });
});

describe('a template that costs too much', () => {
  it.each([
    ['loops in loops', '{% for a in (1..90000) %}{% for b in (1..90000) %}{% endfor %}{% endfor %}'],
    ['a range without end', '{% for a in (1..999999999) %}x{% endfor %}'],
    ['a text that doubles', "{% assign s = 'a' %}{% for i in (1..99) %}{% assign s = s | append: s %}{% endfor %}"],
    [
      'a list that doubles',
      '{% assign s = event.data.numbers %}{% for i in (1..99) %}{% assign s = s | concat: s %}{% endfor %}',
    ],
    [
      'a list that holds itself',
      '{% assign s = 1 %}{% for i in (1..60) %}{% assign s = s | push: s %}{% endfor %}{{ s | json }}',
    ],
    ['too much output', '{{ event.data.text }}{{ event.data.text }}'],
    ['too much captured', '{% capture x %}{{ event.data.text }}{{ event.data.text }}{% endcapture %}'],
    [
      'comparing lists for each item',
      '{% for a in event.data.numbers %}{% if event.data.objects == event.data.same %}{% endif %}{% endfor %}',
    ],
    [
      'listing keys for each item',
      '{% for a in event.data.numbers %}{% for k in event.data.wide %}{% break %}{% endfor %}{% endfor %}',
    ],
    [
      'mapping for each item',
      "{% for a in event.data.numbers %}{{ event.data.objects | map: 'n' | size }}{% endfor %}",
    ],
    [
      'splitting for each item',
      "{% for a in event.data.numbers %}{% assign z = event.data.blanks | split: ' ' %}{% endfor %}",
    ],
    ['a list nested too deep', '{{ event.data.deep }}'],
    ['blocks without end', '{% if true %}'.repeat(5000)],
    ['blocks too deep', `${'{% if true %}'.repeat(60)}${'{% endif %}'.repeat(60)}`],
    ['brackets without end', `{{ ${'a['.repeat(40_000)} }}`],
    ['too long a source', `{{ a }}${' '.repeat(LIMITS.templateChars)}`],
  ])('is stopped: %s', (_, source) => {
    expect(codeOf(() => renderTemplate(source, names))).toBe('limit_exceeded');
  });

  it.each([
    ['{{ event.data.blanks | squish }}', 'x'],
    ['{{ event.data.tags | strip_html | size }}', '210000'],
    ['{% for a in (event.data.huge..event.data.huge) %}x{% endfor %}', 'x'],
    ['{% for a in event.data.numbers %}{% if forloop.last %}{{ a | plus: 1 }}{% endif %}{% endfor %}', '20000'],
  ])('does not stop honest work: %s', (source, expected) => {
    expect(renderTemplate(source, names)).toBe(expected);
  });
});
