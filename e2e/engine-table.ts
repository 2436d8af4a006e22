/** What Node and a browser are asked: expressions, templates, schedules, documents. Data alone. */
import type { Names } from '@mainspring/engine/expression/names.ts';
import type { Json, JsonObject } from '@mainspring/engine/json.ts';

export const NAMES: Names = {
  event: {
    type: 'call.ended',
    time: '2026-11-20T09:00:00.000Z',
    data: {
      status: 'no-answer',
      amount: 42,
      half: 0.5,
      empty: null,
      list: [1, 2, 3.5, 1e21, 5e-324, 0.1],
      people: [
        { name: 'Bo', age: 3 },
        { name: 'Ål', age: 10, city: 'Rome' },
        { name: 'ägypten', age: 7.25 },
      ],
      text: 'Straße İstanbul ﬁne e\u0301 👩‍👩‍👧 \u200bΣΑΣ',
    },
  },
  client: { first_name: 'Ann', phone: '+491', tags: ['vip', 'new'], address: { city: 'Köln' } },
  steps: { fetch: { output: { status: 200, total: 9.5 }, error: null } },
  vars: { count: 3 },
  run: { id: 'run_1', startedAt: '2026-11-20T09:00:01.000Z' },
  org: { name: 'Coach & Co', timezone: 'Europe/Berlin' },
  now: Date.UTC(2026, 10, 20, 10, 11, 12, 345),
};

export const EXPRESSIONS: readonly string[] = [
  '7 / 2',
  '0.1 + 0.2',
  '1e21 + 1.0',
  'event.data.list',
  'event.data.list.map(x, x / 3.0)',
  'event.data.list.sort()',
  'round(1.005, 2) + round(-2.5) + floor(-0.5) + ceil(0.2)',
  '[1.0, 2.5, 100000000000000000000.0].map(x, string(x))',
  "number(' 3.50 ') + int('7') + double('1e-7')",
  'average([1, 2, 6]) * 1.0 / 3.0',
  '-7 % 3 + 7.5 % 2',
  'lower(event.data.text) + upper(event.data.text) + capitalize(event.data.text)',
  'size(event.data.text)',
  'event.data.people.map(p, p.name).sort()',
  "event.data.people.filter(p, p.age > 5).map(p, p.name + ':' + string(p.age))",
  'event.data.people.exists_one(p, has(p.city))',
  "event.data.text.matches('(?i)stra(ß|ss)e.*\\\\p{Greek}+$')",
  "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.matches('^(a+)+$')",
  "'2026-11'.matches('^[0-9]{4}-[0-9]{2}$')",
  "'x'.matches('(')",
  "'a,b,,c'.split(',').join('-').replace('-', '→').substring(1, 4)",
  "keys({'b': 1, 'a': 2, '10': 3, '9': 4}).join()",
  "{'b': 1, 'a': [1, {'c': null}], '10': true}",
  "event.data.?nope.deeper.orValue('x') + default(event.data.empty, 'y')",
  'event.data.nope',
  'event.data.people[9].name',
  'event.data.nope.deeper[3]',
  'evnt.data',
  'client.first_name + 1',
  'size(3)',
  '1 / 0',
  '1 +',
  'nofunction(1)',
  '9007199254740993',
  'event.data.nope == 1 || true',
  "now + duration('24h')",
  "now + duration('P1M')",
  "now - timestamp('2026-01-01T00:00:00Z')",
  "timestamp('2026-03-29T02:30:00') + duration('P1D')",
  "timestamp('2026-10-25T02:30:00')",
  'now.getHours() * 10000 + now.getDayOfWeek() * 100 + now.getDayOfYear()',
  "now.getHours('America/New_York')",
  "now.getHours('Mars/Olympus')",
  "date(now, 'Pacific/Kiritimati')",
  "timestamp('tomorrow')",
  "duration('PT0.5S') + duration('1h30m')",
  'cel.bind(a, 2, cel.bind(b, a + 1, a * b))',
  '[3, 1, 2].sort().reverse().slice(0, 2) + [[1], [2]].flatten()',
  '[1, 1.0, [2], [2], "a"].distinct()',
  "'b' < 'ä' && 'Z' < 'a'",
];

/** What meets a limit must meet the same one everywhere, however large the place's own stack is. */
export const COSTLY: readonly { readonly name: string; readonly source: string }[] = [
  { name: 'a chain of 200 sums', source: Array.from({ length: 200 }, () => '1').join(' + ') },
  { name: 'a chain of 1,000 sums', source: Array.from({ length: 1000 }, () => '1').join('+') },
  { name: 'brackets 200 deep', source: `${'('.repeat(200)}1${')'.repeat(200)}` },
  { name: 'brackets 1,500 deep', source: `${'('.repeat(1500)}1${')'.repeat(1500)}` },
  { name: 'a list 240 deep', source: `${'['.repeat(240)}1${']'.repeat(240)}` },
  { name: 'nested choices 120 deep', source: `${'true ? '.repeat(120)}1${' : 2'.repeat(120)}` },
  { name: 'loops inside loops', source: loops(8) },
  { name: 'text that doubles', source: doubling(30) },
  { name: 'source that is too long', source: `'${'x'.repeat(5000)}'` },
];

function loops(depth: number): string {
  const list = '[1,2,3,4,5,6,7,8,9,10]';
  let source = '1';
  for (let level = 0; level < depth; level += 1) source = `${list}.map(x${level}, ${source})`;
  return `size(${source})`;
}

function doubling(times: number): string {
  let source = `x${times}`;
  for (let time = times; time > 0; time -= 1) source = `cel.bind(x${time}, x${time - 1} + x${time - 1}, ${source})`;
  return `cel.bind(x0, 'ab', ${source})`;
}

export const TEMPLATES: readonly string[] = [
  "Hi {{ client.first_name | default: 'there' }}, {{ client.nick.name | default: 'there' }}!",
  '{{ client.address }} {{ client.tags }} {{ event.data.list }} {{ event.data.people | json }}',
  '{{ 7 | divided_by: 2 }} {{ 0.1 | plus: 0.2 }} {{ 2.345 | round: 2 }} {{ 1e21 }} {{ 5 | modulo: 3 }}',
  '{{ event.data.text | upcase }} {{ event.data.text | downcase }} {{ event.data.text | capitalize }}',
  '{{ event.data.text | slugify }} {{ event.data.text | url_encode }} {{ event.data.text | size }}',
  '{{ event.data.text | truncate: 12 }}|{{ event.data.text | truncatewords: 2 }}|{{ event.data.text | slice: 3, 9 }}',
  "{{ event.data.people | map: 'name' | sort | join: ',' }} {{ event.data.people | sort_natural: 'name' | map: 'name' }}",
  "{{ event.data.people | where: 'city', 'Rome' | map: 'name' }} {{ event.data.people | group_by: 'city' | size }}",
  '{% for p in event.data.people %}{{ forloop.index }}.{{ p.name }}{% unless forloop.last %}, {% endunless %}{% endfor %}',
  "{% assign x = 'a' | upcase %}{% capture y %}{{ x }}b{% endcapture %}{{ y }}{% cycle 1, 2 %}{% increment n %}",
  "{% case event.data.status %}{% when 'busy', 'no-answer' %}A{% else %}B{% endcase %}",
  '{{ \'<b>Hi</b><script>y</script>1 < 2 & "3"\' | strip_html | escape }}',
  "{{ now | date: '%A, %-d %B %Y, %H:%M:%S.%L %z %Z' }}",
  "{{ now | date: '%c | %x | %X | %p | %j | %U | %V | %s', 'Asia/Kathmandu' }}",
  "{{ event.time | date_to_rfc822 }} {{ event.time | date_to_xmlschema }} {{ 'today' | date: '%F', 'Pacific/Apia' }}",
  "{{ now | date: '%F', 'Mars/Olympus' }}",
  "{{ 'soon' | date: '%Y' }}",
  '{{ a.b',
  '{% if x %}',
  "{{ 'x' | upcaes }}",
  '{% for i in (1..100000000) %}{{ i }}{% endfor %}',
];

export const VALUES: readonly Json[] = [
  {
    to: { $: 'client.phone' },
    text: 'Hi {{ client.first_name }}',
    n: 1.5,
    list: ['{{ vars.count }}', { $: 'vars.count' }],
  },
  { '10': 'a', '9': { $: '1 + 1' }, b: { $: '1 + 1', more: true } },
  { wrong: { $: 'vars.cuont' } },
];

export const TYPES: Readonly<Record<string, JsonObject>> = {
  event: {
    type: 'object',
    properties: {
      data: { type: 'object', properties: { amount: { type: 'number' }, status: { enum: ['busy', 'no-answer'] } } },
    },
    additionalProperties: false,
  },
  vars: { type: 'object', properties: { count: { type: 'integer' } }, additionalProperties: false },
  steps: { type: 'object' },
  now: { type: 'string', format: 'date-time' },
};
export const CHECKED_EXPRESSIONS: readonly string[] = [
  'event.data.amount * 2',
  'vars.cuont > 3',
  "event.data.amount + 'x'",
  'item.name',
  '[1, 2].map(x, x.name)',
  'event.dta.amount',
  'nofunction(1) && 2 > ',
];
export const CHECKED_TEMPLATES: readonly string[] = [
  'Hi {{ event.data.amount | plus: 1 }}',
  '{{ vars.cuont }} {{ evnt.data }}',
  '{% for x in vars.count %}{{ x.name }}{% endfor %}',
  "{{ 'x' | upcaes }}",
];

export const FROM = Date.UTC(2021, 0, 1);
export const UNTIL = Date.UTC(2026, 0, 1);
/** The evening before the clocks of Europe go forward. */
export const BEFORE_GAP = Date.UTC(2024, 2, 30, 22, 30);

export const ZONES: readonly string[] = [
  'UTC',
  'Europe/Berlin',
  'Europe/London',
  'Europe/Dublin',
  'Europe/Moscow',
  'America/New_York',
  'America/Sao_Paulo',
  'America/St_Johns',
  'America/Santiago',
  'America/Nuuk',
  'America/Havana',
  'Africa/Casablanca',
  'Africa/Cairo',
  'Africa/Juba',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Asia/Tehran',
  'Asia/Amman',
  'Asia/Beirut',
  'Asia/Gaza',
  'Australia/Lord_Howe',
  'Australia/Sydney',
  'Pacific/Apia',
  'Pacific/Auckland',
  'Pacific/Chatham',
  'Pacific/Easter',
  'Pacific/Kiritimati',
  'Antarctica/Troll',
];
export const CRONS: readonly string[] = [
  '30 2 * * *',
  '*/20 1-3 * * 0',
  '15 * 29-31 3,10 *',
  '0 0 L * *',
  '0 9 * * 1#1',
];
export const EVERY: readonly string[] = ['P1M', 'P1D', 'PT7H'];
export const WRONG_CRONS: readonly string[] = [
  '* * * *',
  '61 * * * *',
  '0 0 30 2 *',
  '@daily',
  'a b c d e',
  '0 0 * * 1#9',
];
export const INSTANTS: readonly string[] = [
  '2026-03-29',
  '2026-03-29T02:30',
  '2026-10-25T02:30',
  '2026-03-29T09:00:00+02:00',
  '2026-03-29 09:00:00.123456789Z',
  '2026-02-30',
  'tomorrow',
];
export const DURATIONS: readonly string[] = [
  'P1D',
  'PT24H',
  'P1M',
  'P1Y2M3DT4H5M6.789S',
  '-P7D',
  'PT4H',
  'P500000Y',
  '1h',
];
export const MOMENTS: readonly number[] = [
  Date.UTC(2024, 2, 30, 22, 30),
  Date.UTC(2024, 9, 27, 0, 30),
  Date.UTC(2024, 11, 24, 18),
  Date.UTC(2025, 5, 14, 4, 5, 6, 7),
];
export const ZONE_NAMES: readonly string[] = [
  'Europe/Berlin',
  'UTC',
  'utc',
  'EST',
  '+02:00',
  'Mars/Olympus',
  'Asia/Calcutta',
];
export const SEEDS: readonly string[] = ['', 'a', 'run/step/1', 'run/step/2', 'ünïcödé 👋'];

/** Answers of actions, by type; others give back what they were given. */
export const ACTION_ANSWERS: { readonly [type: string]: Json } = {
  'http.request': {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: {
      id: 'id_1',
      code: 'SAVE10',
      link: 'https://calendar.example.com/e/1',
      items: [
        { id: 'i1', title: 'One', firstName: 'Ada', phone: '+1', rank: 2, minutes: 15 },
        { id: 'i2', title: 'Two', firstName: 'Finn', phone: '+2', rank: 1, minutes: 20 },
      ],
    },
  },
  'email.send': { messageId: 'm1' },
  'list.aggregate': { value: 35.5, count: 2, groups: [] },
  'data.parse_csv': [
    { id: 'm1', city: 'Oslo', monthly: '59', visits: '0' },
    { id: 'm2', city: 'Århus', monthly: '29', visits: '11' },
    { id: 'm3', city: 'Oslo', monthly: '29', visits: '3' },
  ],
};

/** In place of every node's own: refused by most, for many reasons. */
export const WRONG_INPUT: JsonObject = {
  condition: 'vars.nope +',
  url: 7,
  for: 'soon',
  text: '{{ x',
  vars: 3,
  extra: { $: '1 +' },
};

export const UNUSABLE: readonly Json[] = [
  null,
  'text',
  {},
  { format: 'mainspring/workflow@9', name: 'x' },
  {
    format: 'mainspring/workflow@1',
    name: 'x',
    nodes: [{ id: 'A b', type: 'flow.if', inptu: {} }],
    edges: [{ from: 'x' }],
  },
  { format: 'mainspring/workflow@1', nam: 'x', triggers: 'none', settings: { timezone: 'Mars/Olympus', subject: 3 } },
  {
    format: 'mainspring/workflow@1',
    name: 'NUL \u0000 and half \ud800',
    triggers: [],
    nodes: [],
    edges: [],
    settings: {},
  },
];

export const LINEAR: readonly Json[] = [
  {
    name: 'Old form',
    trigger: { type: 'event', event: 'lead.created', filters: { source: 'website' } },
    conditions: [{ field: 'status', operator: 'equals', value: 'new' }],
    actions: [
      { type: 'email.send', config: { to: '{{ email }}', subject: 'Hi {{ firstName }}', body: 'Welcome' } },
      { type: 'delay', config: { duration: 2, unit: 'hours' } },
    ],
  },
  { name: 'No trigger', actions: [] },
  { name: 'Not linear', format: 'mainspring/workflow@1' },
];
