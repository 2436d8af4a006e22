import { describe, expect, test } from 'vitest';
import type { Json } from '../json.ts';
import { parseDefinition } from './parse.ts';
import { sampleDocument } from './testing/sample-definition.ts';

/** A sound document with some of its parts replaced. */
function documentWith(parts: { readonly [key: string]: Json }): unknown {
  return { format: 'mainspring/workflow@1', name: 'Sample', nodes: [], ...parts };
}

function node(parts: { readonly [key: string]: Json }): unknown {
  return documentWith({
    nodes: [
      { id: 'first', type: 'flow.join' },
      { id: 'text', type: 'sms.send', ...parts },
    ],
  });
}

function problemsOf(document: unknown) {
  const result = parseDefinition(document);
  return result.ok ? [] : result.problems;
}

const parsedKey = (text: string): Json => JSON.parse(text);

describe('a document that cannot be read', () => {
  test.each<[string, unknown, string, string, string | null, RegExp]>([
    ['text', 'hello', 'invalid_document', '', null, /must be an object/],
    ['a list', [], 'invalid_document', '', null, /must be an object/],
    ['null', null, 'invalid_document', '', null, /must be an object/],
    ['a date', new Date(0), 'invalid_document', '', null, /not JSON/],
    ['an infinite number', documentWith({ ui: Number.POSITIVE_INFINITY }), 'invalid_document', '/ui', null, /not JSON/],
    [
      'a newer format',
      { format: 'mainspring/workflow@9' },
      'invalid_document',
      '/format',
      null,
      /newer than this engine/,
    ],
    ['another format', { format: 'n8n' }, 'invalid_document', '/format', null, /'n8n' is unknown; it must be/],
    ['a number as format', { format: 1 }, 'invalid_document', '/format', null, /must be the text/],
  ])('%s is refused', (_, document, code, path, nodeId, message) => {
    expect(problemsOf(document)).toEqual([
      { code, path, nodeId, message: expect.stringMatching(message), severity: 'error' },
    ]);
  });
});

describe('a document with something wrong inside', () => {
  test.each<[string, unknown, string, string, string | null, RegExp]>([
    [
      'no format',
      { name: 'x', nodes: [] },
      'invalid_value',
      '/format',
      null,
      /format is missing; it must be 'mainspring/,
    ],
    [
      'no name',
      { format: 'mainspring/workflow@1', nodes: [] },
      'invalid_value',
      '/name',
      null,
      /missing; it must be text/,
    ],
    ['a key too many', documentWith({ edge: [] }), 'unknown_key', '/edge', null, /Did you mean 'edges'\?$/],
    ['a key far from any', documentWith({ zzzzzz: 1 }), 'unknown_key', '/zzzzzz', null, /Known here: .*settings\.$/],
    ['a mistyped node key', node({ onEror: 'stop' }), 'unknown_key', '/nodes/1/onEror', 'text', /mean 'onError'/],
    [
      'a mistyped retry key',
      node({ retry: { atempts: 3 } }),
      'unknown_key',
      '/nodes/1/retry/atempts',
      'text',
      /'attempts'/,
    ],
    [
      'a wrong choice',
      node({ onError: 'brnch' }),
      'invalid_value',
      '/nodes/1/onError',
      'text',
      /one of stop, continue, branch, not 'brnch'\. Did you mean 'branch'/,
    ],
    [
      'a wrong duration',
      node({ timeout: '30s' }),
      'invalid_value',
      '/nodes/1/timeout',
      'text',
      /such as PT30S.*not '30s'/,
    ],
    [
      'an endless duration',
      node({ timeout: 'P999999999999Y' }),
      'invalid_value',
      '/nodes/1/timeout',
      'text',
      /must not be longer/,
    ],
    [
      'a number out of bounds',
      node({ retry: { attempts: 51 } }),
      'invalid_value',
      '/nodes/1/retry/attempts',
      'text',
      /at most 50, not 51/,
    ],
    [
      'an unknown trigger type',
      documentWith({ triggers: [{ id: 'start', type: 'webhok' }] }),
      'invalid_value',
      '/triggers/0/type',
      'start',
      /type 'webhok' is unknown; it must be one of event, schedule, .*Did you mean 'webhook'/,
    ],
    [
      'a trigger without type',
      documentWith({ triggers: [{ id: 'start' }] }),
      'invalid_value',
      '/triggers/0/type',
      'start',
      /type is missing; it must be one of event/,
    ],
    [
      'a mistyped trigger key',
      documentWith({ triggers: [{ id: 'start', type: 'event', event: 'a.b', were: 'true' }] }),
      'unknown_key',
      '/triggers/0/were',
      'start',
      /mean 'where'/,
    ],
    [
      'a wrong way to verify',
      documentWith({ triggers: [{ id: 'hook', type: 'webhook', verify: 'hmacs' }] }),
      'invalid_value',
      '/triggers/0/verify',
      'hook',
      /one of none-with-secret-path, hmac.* or an object, not 'hmacs'/,
    ],
    [
      'a mistyped hmac option',
      documentWith({ triggers: [{ id: 'hook', type: 'webhook', verify: { type: 'hmac', algoritm: 'sha1' } }] }),
      'unknown_key',
      '/triggers/0/verify/algoritm',
      'hook',
      /mean 'algorithm'/,
    ],
    [
      'an unknown verify type',
      documentWith({ triggers: [{ id: 'hook', type: 'webhook', verify: { type: 'md5' } }] }),
      'invalid_value',
      '/triggers/0/verify/type',
      'hook',
      /'md5' is unknown; it must be one of/,
    ],
    [
      'a number for debounce',
      documentWith({ triggers: [{ id: 'hook', type: 'webhook', debounce: 5 }] }),
      'invalid_value',
      '/triggers/0/debounce',
      'hook',
      /must be text, or an object, not 5/,
    ],
    [
      'an edge without end',
      documentWith({ edges: [{ from: 'a' }] }),
      'invalid_value',
      '/edges/0/to',
      null,
      /Edge 1: to is missing/,
    ],
    [
      'an edge that is text',
      documentWith({ edges: ['a -> b'] }),
      'invalid_value',
      '/edges/0',
      null,
      /must be an object, not 'a -> b'/,
    ],
    [
      'an id with capitals',
      documentWith({ nodes: [{ id: 'Text', type: 'a.b' }] }),
      'invalid_value',
      '/nodes/0/id',
      'Text',
      /lower-case letter/,
    ],
    [
      'a type without a dot',
      documentWith({ nodes: [{ id: 'x', type: 'if' }] }),
      'invalid_value',
      '/nodes/0/type',
      'x',
      /such as flow\.if/,
    ],
    [
      'a list as input',
      node({ input: [] }),
      'invalid_value',
      '/nodes/1/input',
      'text',
      /must be an object, not a list/,
    ],
    [
      'a fraction for a count',
      documentWith({ settings: { concurrency: 1.5 } }),
      'invalid_value',
      '/settings/concurrency',
      null,
      /a whole number, not 1\.5/,
    ],
    [
      'NUL in an input',
      node({ input: { body: 'a\u0000b' } }),
      'invalid_value',
      '/nodes/1/input/body',
      'text',
      /NUL character/,
    ],
    ['NUL in the name', documentWith({ name: 'a\u0000b' }), 'invalid_value', '/name', null, /NUL character/],
    [
      'half a surrogate pair',
      node({ input: { list: [{ deep: '\ud83d' }] } }),
      'invalid_value',
      '/nodes/1/input/list/0/deep',
      'text',
      /surrogate/,
    ],
    [
      'half a pair in a key',
      node({ input: { '\udc00': 1 } }),
      'invalid_value',
      '/nodes/1/input/\ufffd',
      'text',
      /surrogate/,
    ],
    [
      'the key __proto__',
      node({ input: parsedKey('{"__proto__":{"admin":true}}') }),
      'unknown_key',
      '/nodes/1/input/__proto__',
      'text',
      /no definition may hold/,
    ],
    [
      'the key constructor',
      node({ input: { a: { constructor: 1 } } }),
      'unknown_key',
      '/nodes/1/input/a/constructor',
      'text',
      /no definition may hold/,
    ],
    ['the key prototype', documentWith({ prototype: 1 }), 'unknown_key', '/prototype', null, /no definition may hold/],
  ])('%s is told with its place', (_, document, code, path, nodeId, message) => {
    expect(problemsOf(document)).toEqual([
      { code, path, nodeId, message: expect.stringMatching(message), severity: 'error' },
    ]);
  });

  test('everything that is wrong is told at once', () => {
    const document = documentWith({
      nodes: [{ id: 'a', type: 'x', timeout: 'soon', input: { text: '\u0000' } }],
      settings: { timezon: 'UTC' },
      extra: 1,
    });
    expect(problemsOf(document).map((problem) => problem.path)).toEqual([
      '/nodes/0/input/text',
      '/nodes/0/type',
      '/nodes/0/timeout',
      '/settings/timezon',
      '/extra',
    ]);
  });

  test('a pointer escapes what would be taken for its own signs', () => {
    expect(problemsOf(documentWith({ 'a/b~c': 1 }))[0]?.path).toBe('/a~1b~0c');
  });
});

describe('hostile sizes', () => {
  test.each([
    ['lists', '['.repeat(10_000) + ']'.repeat(10_000)],
    ['objects', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
  ])('%s 10,000 deep are refused without overflowing the stack', (_, text) => {
    const input = JSON.parse(text);
    expect(problemsOf(input)).toMatchObject([{ code: 'invalid_document' }]);
    expect(problemsOf(node({ input: { input } }))).toMatchObject([
      { code: 'invalid_document', nodeId: 'text', message: expect.stringContaining('at most 64 levels') },
    ]);
  });

  test('a document of too many values is refused', () => {
    const problems = problemsOf(node({ input: { list: Array.from({ length: 300_000 }, () => 1) } }));
    expect(problems).toMatchObject([{ code: 'invalid_document', path: '/nodes/1/input/list' }]);
  });

  test('a document of too much text is refused', () => {
    const problems = problemsOf(node({ input: { text: 'x'.repeat(5_000_000) } }));
    expect(problems).toMatchObject([{ code: 'invalid_document', message: expect.stringContaining('too large') }]);
  });

  test('a message stays short however long the key', () => {
    const [problem] = problemsOf(documentWith({ ['k'.repeat(100_000)]: 1 }));
    expect(problem?.message.length).toBeLessThan(500);
  });
});

describe('a sound document', () => {
  test("the format's own sample is read with defaults filled in", () => {
    const result = parseDefinition(sampleDocument);
    expect(result).toMatchObject({ ok: true, definition: { name: 'No-show recovery' } });
  });

  test('lists that may be left out are empty', () => {
    expect(parseDefinition({ format: 'mainspring/workflow@1', name: 'x', nodes: [] })).toEqual({
      ok: true,
      definition: { format: 'mainspring/workflow@1', name: 'x', triggers: [], nodes: [], edges: [], settings: {} },
    });
  });

  test('reading leaves prototypes clean', () => {
    parseDefinition(node({ input: parsedKey('{"__proto__":{"polluted":true}}') }));
    expect(Object.prototype).not.toHaveProperty('polluted');
  });
});
