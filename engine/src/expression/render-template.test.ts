import { describe, expect, it } from 'vitest';
import { exampleNames } from './example-names.ts';
import { ExpressionError } from './expression-error.ts';
import { renderTemplate } from './render-template.ts';

const names = exampleNames();

describe('renderTemplate', () => {
  it.each([
    ['plain text', 'plain text'],
    ["Hi {{ client.first_name | default: 'there' }}!", 'Hi Ann!'],
    ["Hi {{ client.nick.name | default: 'there' }}!", 'Hi there!'],
    ['[{{ event.data.nope.deeper }}{{ event.data.empty }}]', '[]'],
    ['{{ event.data.amount }} {{ event.data.half }} {{ steps.fetch.output.total }}', '42 0.5 9.5'],
    ['{{ client.address }}', '{"city":"Köln"}'],
    ['{{ client.tags }} {{ client.tags | join: ", " }}', 'vipnew vip, new'],
    ['{{ client.tags[0] }} {{ client.tags.last }} {{ client.tags.size }} {{ client["phone"] }}', 'vip new 2 +491'],
    ['{{ vars.count | plus: 0.5 | times: 2 }} {{ 7 | divided_by: 2 }} {{ 7 | modulo: 4 }}', '7 3.5 3'],
    [
      '{{ 2.345 | round: 2 }} {{ -1.5 | abs | ceil }} {{ 3 | at_least: 5 }} {{ event.data.nope | plus: 1 }}',
      '2.35 2 5 1',
    ],
    [
      '{% for p in event.data.people %}{{ forloop.index }}.{{ p.name }}{% unless forloop.last %}, {% endunless %}{% endfor %}',
      '1.Bo, 2.Al',
    ],
    ['{% for p in event.data.nope %}x{% else %}none{% endfor %}', 'none'],
    ['{% for i in (1..5) reversed limit: 2 %}{{ i }}{% endfor %}', '21'],
    ['{% for p in client.address %}{{ p[0] }}={{ p[1] }}{% endfor %}', 'city=Köln'],
    ["{% if client.tags contains 'vip' and event.data.amount > 40 %}yes{% else %}no{% endif %}", 'yes'],
    ["{% case event.data.status %}{% when 'busy', 'no-answer' %}A{% else %}B{% endcase %}", 'A'],
    [
      "{% if event.data.empty == nil %}1{% endif %}{% if '' == blank %}2{% endif %}{% if client.tags == empty %}3{% endif %}",
      '12',
    ],
    ["{% assign x = 'a' | upcase %}{% capture y %}{{ x }}b{% endcapture %}{{ y }}", 'Ab'],
    [
      "{% cycle 'a', 'b' %}{% cycle 'a', 'b' %}{% increment n %}{% increment n %}{% raw %}{{ x }}{% endraw %}",
      'ab01{{ x }}',
    ],
    ['{% comment %}{{ nothing | at_all }}{% endcomment %}{% # note %}{% echo client.phone %}', '+491'],
    ["{{ event.data.people | where: 'city', 'Rome' | map: 'name' | first }}", 'Al'],
    ["{{ event.data.people | sort: 'age' | reverse | map: 'name' | join }} {{ event.data.list | sum }}", 'Al Bo 6.5'],
    [
      "{{ event.data.people | group_by: 'city' | size }} {{ event.data.people | find: 'age', 3 | json }}",
      '2 {"name":"Bo","age":3}',
    ],
    ["{{ '<b>Hi</b> <!-- x --><script>y</script>1 < 2' | strip_html }} {{ '<a>' | escape }}", 'Hi 1 < 2 &lt;a&gt;'],
    [
      "{{ 'one two three' | truncatewords: 2 }} {{ 'abcdefgh' | truncate: 5 }} {{ 'a-b' | replace: '-', '+' }}",
      'one two... ab... a+b',
    ],
    [
      "{{ 'Älter & Größer' | slugify }} {{ 'a b' | url_encode }} {{ ' x ' | strip | append: '.' | prepend: '>' }}",
      'älter-größer a+b >x.',
    ],
    ["{{ 'a,b,,' | split: ',' | size }} {{ 'hello' | slice: 1, 3 }} {{ 'hello' | capitalize }}", '2 ell Hello'],
    ["{{ false | default: 'x' }}{{ false | default: 'x', allow_false: true }}", 'xfalse'],
  ])('%s', (source, expected) => {
    expect(renderTemplate(source, names)).toBe(expected);
  });

  it.each([
    ['{{ now }}', '2026-11-20T10:00:00.000Z'],
    ["{{ now | date: '%Y-%m-%d %H:%M %z' }}", '2026-11-20 11:00 +0100'],
    ["{{ 'now' | date: '%H:%M' }} {{ 'today' | date: '%F', 'America/New_York' }}", '11:00 2026-11-20'],
    ["{{ event.time | date: '%A, %-d %B %Y at %l:%M %p' }}", 'Friday, 20 November 2026 at 10:00 AM'],
    ["{{ '2026-07-01' | date: '%a %e%q %b %y %j %U %u %:z %Z' }}", 'Wed  1st Jul 26 182 26 3 +02:00 Europe/Berlin'],
    ["{{ 1700000000 | date: '%s %L %^b %_d %% %Q' }}", '1700000000 000 NOV 14 % %Q'],
    ["{{ 'soon' | date: '%Y' }}{{ event.data.empty | date: '%Y' }}", 'soon'],
    ['{{ event.time | date_to_xmlschema }}', '2026-11-20T10:00:00+01:00'],
  ])('%s shows the time of the evaluation and the zone of the organization', (source, expected) => {
    expect(renderTemplate(source, names)).toBe(expected);
  });

  it.each([
    ['{{ a.b', 'template_syntax', 'not closed'],
    ['{% if x %}', 'template_syntax', 'not closed'],
    ["one\ntwo {{ 'x' | upcaes }}", 'template_syntax', 'did you mean upcase?) in line 2'],
    ["{% include 'x' %}", 'template_syntax', '"include" not found'],
    ["{% render 'x' %}", 'template_syntax', '"render" not found'],
    ["{% layout 'x' %}", 'template_syntax', '"layout" not found'],
    ['{{ x | sample }}', 'template_syntax', 'sample'],
    ["{{ x | where_exp: 'a', 'a.b' }}", 'template_syntax', 'where_exp'],
    ['{% cycle client.tags: 1, 2 %}', 'template_syntax', 'cycle'],
    ["{% cycle 'a', x | nope %}", 'template_syntax', 'nope'],
    ['{{ 1 | divided_by: 0 }}', 'evaluation_failed', 'division by zero'],
    ["{{ '%zz' | url_decode }}", 'evaluation_failed', 'line 1'],
    ["{{ now | date: '%H', 'Mars/Base' }}", 'evaluation_failed', 'Mars/Base'],
    ['{{ 9007199254740991 | plus: 1 }}', 'evaluation_failed', 'exact'],
    ['{{ "a\\u0000" }}', 'evaluation_failed', 'NUL'],
  ])('%s is refused with %s', (source, code, part) => {
    expect(() => renderTemplate(source, names)).toThrow(ExpressionError);
    expect(() => renderTemplate(source, names)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(part) }),
    );
  });

  it.each([
    '{{ event.__proto__ }}{{ event.constructor.name }}{{ client.tags.constructor }}{{ client.phone.constructor }}',
    '{% for i in (1..1) %}{{ forloop.__proto__ }}{{ forloop.constructor }}{{ forloop.next }}{{ forloop.toString }}{% endfor %}',
    '{{ empty.constructor }}{{ blank.__proto__ }}{{ nil.valueOf }}{{ constructor }}{{ __proto__ }}{{ hasOwnProperty }}',
    "{{ event | map: '__proto__' }}{{ event | map: 'constructor.name' }}",
  ])('%s reaches nothing of the host', (source) => {
    expect(renderTemplate(source, names)).toBe('');
  });

  it('keeps names such as __proto__ in the template', () => {
    expect(renderTemplate('{% assign __proto__ = 1 %}{% increment constructor %}{{ __proto__ }}', names)).toBe('01');
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('never reads data as a template', () => {
    expect(renderTemplate('{{ event.data.template }}', names)).toBe('{{ client.phone }}');
    const tricky = exampleNames({ field: "name | append: 'x'", name: 1 });
    expect(renderTemplate('{{ event.data | map: event.data.field }}', tricky)).toBe('');
  });

  it('renders the same source anew for other names', () => {
    const source = '{% increment n %}{{ client.first_name }}';
    expect(renderTemplate(source, names)).toBe('0Ann');
    expect(renderTemplate(source, exampleNames(null, { client: { first_name: 'Bo' } }))).toBe('0Bo');
  });
});
