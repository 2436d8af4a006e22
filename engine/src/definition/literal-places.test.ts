import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../json.ts';
import { advance } from '../run/advance.ts';
import { compilePlan } from '../run/plan.ts';
import { startRun } from '../run/start-run.ts';
import { sketch } from '../run/testing/world.ts';
import type { ActionFacts } from './catalogue.ts';
import { checkInput } from './input-schema.ts';
import { jsonPointer } from './json-pointer.ts';
import { literalPlacesOf } from './literal-places.ts';
import { sourcesOf } from './sources.ts';
import { validateDefinition } from './validate.ts';

const TEXT: JsonObject = { type: 'string' };
const CODE: JsonObject = { type: 'string', maxLength: 60, literal: true };
const schema: JsonObject = {
  type: 'object',
  properties: {
    code: CODE,
    text: TEXT,
    parts: { type: 'array', items: { type: 'object', properties: { code: CODE, text: TEXT } } },
    either: { anyOf: [CODE, { type: 'number' }] },
    raw: { literal: true },
  },
};

const TEMPLATE = 'return `{{ event.data.n }}`';
const input = {
  code: TEMPLATE,
  text: '{{ event.data.n }}',
  parts: [{ text: '{{ event.data.n }}' }, { code: '{% raw', text: 'plain' }],
  either: '{{',
  raw: { deep: [{ $: 'event.data.n' }] },
};

const facts: ActionFacts = {
  type: 'code.test',
  title: 'Code',
  effect: 'external',
  repeatable: true,
  inputSchema: schema,
  outputSchema: {},
};
const catalogue = { find: (type: string) => (type === 'code.test' ? facts : undefined) };

test.each<[Json, unknown]>([
  [{ code: 'x' }, new Map([['code', 'all']])],
  [{ parts: [{}, { code: 'x' }] }, new Map([['parts', new Map([[1, new Map([['code', 'all']])]])]])],
  [{ raw: [1] }, new Map([['raw', 'all']])],
  [{ text: 'x', parts: [{ text: 'x' }] }, undefined],
  [{}, undefined],
])('the literal places of %j', (value, places) => {
  expect(literalPlacesOf(value, schema)).toEqual(places);
});

test('what is literal holds no template and no expression', () => {
  const found = sourcesOf(input, schema).map(({ kind, path }) => `${kind} ${jsonPointer(path)}`);
  expect(found).toEqual(['template /text', 'template /parts/0/text']);
});

test('a step is given what is literal as it is written, and all else computed', () => {
  const definition = sketch({ nodes: { compute: ['code.test', input] }, edges: ['begin > compute'] });
  const run = startRun({
    ...{ id: 'run-1', organizationId: 'org-1', workflowId: 'workflow-1', version: 1, triggerId: 'begin' },
    ...{ event: { type: 'manual', data: { n: 7 }, time: '2026-03-01T12:00:00.000Z' }, subjectId: null, startedAt: 0 },
  });
  const context = { now: 0, client: null, org: { name: 'Org', timezone: 'UTC' } };
  const { effects } = advance(compilePlan(definition, catalogue), run, { kind: 'run-started' }, context);
  expect(effects.find((effect) => effect.kind === 'perform-action')?.input).toEqual({
    code: TEMPLATE,
    text: '7',
    parts: [{ text: '7' }, { code: '{% raw', text: 'plain' }],
    either: '{{',
    raw: { deep: [{ $: 'event.data.n' }] },
  });
});

describe('checks', () => {
  test.each<[string, Json, readonly string[]]>([
    ['braces that would be no template', { code: 'if (a) {{ b() }}' }, []],
    ['a name that nobody knows', { code: '{{ nobody.knows | no_filter }}' }, []],
    ['an expression', { code: { $: 'event.data.code' } }, ['/code must be text, written out, not an object']],
    ['too much', { code: `{{ ${'x'.repeat(60)} }}` }, ['/code must be at most 60 characters long']],
    ['a template elsewhere', { text: `{{ ${'x'.repeat(60)} }}` }, []],
  ])('%s', (_what, value, problems) => {
    expect(checkInput(value, schema, new Map()).map(({ path, what }) => `${jsonPointer(path)} ${what}`)).toEqual(
      problems,
    );
  });

  test('a definition with braces in its code is sound', () => {
    const definition = sketch({
      nodes: { compute: ['code.test', { code: '{{ nobody.knows }' }] },
      edges: ['begin > compute'],
    });
    expect(validateDefinition(definition, { actions: catalogue })).toEqual([]);
  });
});
