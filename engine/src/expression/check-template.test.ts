import { expect, it } from 'vitest';
import { checkTemplate } from './check-template.ts';
import { EXAMPLE_TYPES } from './example-types.ts';

it.each([
  'plain text',
  "{{ event.data.status | default: 'x' }} {{ client.any.thing }} {{ steps.fetch.output.other }}",
  '{% for p in event.data.people %}{{ p.name }}{{ forloop.index }}{% endfor %}',
  '{% for t in event.data.tags reversed %}{{ t }}{{ t.size }}{% endfor %}{% for i in (1..event.data.amount) %}{{ i }}{% endfor %}',
  '{{ event.data.tags.size }}{{ event.data.tags.first }}{{ event.data.tags[0] }}{{ event.data.people.last.name }}',
  "{{ now | date: '%Y' }} {{ event.data[client.field] }} {{ event.data.people[client.n].name }}",
  '{% if x == nil %}{% assign x = 1 %}{% endif %}{{ x.anything }}',
  '{% capture c %}a{% endcapture %}{{ c }}{% increment n %}{{ n }}',
])('%s has no problem', (source) => {
  expect(checkTemplate(source, EXAMPLE_TYPES)).toEqual([]);
});

it.each([
  ['{{ event.data.statu }}', 'unknown_name', 'did you mean status?', 3],
  ['{{ nme }}', 'unknown_name', 'nme is not a name here', 3],
  ['{{ item }}', 'unknown_name', 'not there at this place', 3],
  ['{{ steps.fecth.output }}', 'unknown_name', 'did you mean fetch?', 3],
  ['{% for p in event.data.people %}{{ p.nme }}{% endfor %}', 'unknown_name', 'did you mean name?', 35],
  ['{% for p in client %}{% endfor %}{{ p }}', 'unknown_name', 'p is not a name', 36],
  ['{{ 1 | plus: event.data.amont }}', 'unknown_name', 'did you mean amount?', 13],
  ['{% if event.typ == 1 %}{% endif %}', 'unknown_name', 'did you mean type?', 6],
  ['{% assign x = event.typ %}', 'unknown_name', 'did you mean type?', 14],
  ['{% case event.type %}{% when event.typ %}{% endcase %}', 'unknown_name', 'did you mean type?', 29],
  ["{% cycle 'a', event.typ %}", 'unknown_name', 'did you mean type?', 14],
  ['{% for i in (1..event.typ) %}{% endfor %}', 'unknown_name', 'did you mean type?', 16],
  ['{% for i in client limit: event.typ %}{% endfor %}', 'unknown_name', 'did you mean type?', 26],
  ['{{ client[event.typ] }}', 'unknown_name', 'did you mean type?', 10],
  ['{{ event.type.x }}', 'invalid_template', 'has no fields', 3],
  ['{{ event.data.people.name }}', 'invalid_template', 'has no fields', 3],
  ["{{ 'x' | upcaes }}", 'invalid_template', 'did you mean upcase?', 0],
  ['{% if event.type %}', 'invalid_template', 'not closed', 0],
  ["{% include 'x' %}", 'invalid_template', 'not found', 0],
])('%s has a problem: %s', (source, code, part, at) => {
  expect(checkTemplate(source, EXAMPLE_TYPES)).toEqual([{ code, message: expect.stringContaining(part), at }]);
});

it('tells every unknown name', () => {
  expect(checkTemplate('{{ a }}{{ event.b }}{{ c.d }}', EXAMPLE_TYPES)).toHaveLength(3);
});
