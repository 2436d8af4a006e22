import { describe, expect, it } from 'vitest';
import { AppError } from '../errors/app-error.ts';
import { parseJson, parseJsonBody } from './parse-json.ts';

function refusal(act: () => unknown): AppError {
  try {
    act();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('was not refused');
}

describe('parseJson', () => {
  it.each([
    '{}',
    '[]',
    '"x"',
    'null',
    ' {"a":[1,-2.5e3,true,null,"\\u00e9\\n"],"b":{"c":{}}}\r\n',
    '{"constructor":"x","prototype":{"a":1},"toString":1,"":0}',
    '[9007199254740991,-9007199254740991,0.1234567890123456789,1e21,1.5]',
    '"\\ud83e\\udd89"',
    '{"a:,[{":"]}:\\\\"}',
    '\ufeff{"a":1}',
  ])('reads %s', (text) => {
    expect(parseJson(text)).toEqual(JSON.parse(text.replace('\ufeff', '')));
  });

  it.each([
    ['', 'line 1, column 1', 'found the end; expected a value'],
    ['{"a": x}', 'line 1, column 7 (position 6)', 'found "x"; expected a value'],
    ['{"a": 1\n "b": 2}', 'line 2, column 2', 'expected "," or "}"'],
    ['{"a": 1,}', 'line 1, column 9', 'expected a key in double quotes'],
    ["{'a': 1}", 'line 1, column 2', 'expected a key in double quotes'],
    ['[1 2]', 'line 1, column 4', 'expected "," or "]"'],
    ['[1,]', 'line 1, column 4', 'expected a value'],
    ['[01]', 'line 1, column 3', 'expected "," or "]"'],
    ['{"a" 1}', 'line 1, column 6', 'expected ":" after the key'],
    ['{"a":1} x', 'line 1, column 9', 'expected the end of the text'],
    ['"abc', 'found the end', 'expected the closing double quote'],
    ['"a\nb"', 'line 1, column 3', 'control characters must be escaped'],
    ['"\\x"', 'line 1, column 2', 'expected an escape'],
    ['[NaN]', 'line 1, column 2', 'expected a value'],
    ['[-]', 'line 1, column 2', 'expected a value'],
    ['{"a":\u0000}', 'line 1, column 6', 'expected a value'],
  ])('says where %j is malformed', (text, place, expected) => {
    const error = refusal(() => parseJson(text));
    expect(error).toMatchObject({ code: 'malformed_json', status: 400 });
    expect(error.message).toContain(place);
    expect(error.message).toContain(expected);
  });

  it.each([
    ['json_unsafe_key', '{"a":{"__proto__":{"admin":true}}}', '/a/__proto__'],
    ['json_unsafe_key', '{"\\u005f_proto__":1}', '/__proto__'],
    ['json_unsafe_key', '[{"constructor":{"prototype":{"x":1}}}]', '/0/constructor/prototype'],
    ['unsafe_text', '{"a":["x","nul\\u0000"]}', '/a/1'],
    ['unsafe_text', '{"a":"\\ud800"}', '/a'],
    ['unsafe_text', '{"a":"\\udc00\\ud800"}', '/a'],
    ['unsafe_text', '{"a":{"k\\u0000":1}}', '/a'],
    ['json_duplicate_key', '{"a":{"b":1,"c":2,"b":3}}', '/a/b'],
    ['json_duplicate_key', '{"b":1,"\\u0062":2}', '/b'],
    ['json_inexact_number', '{"id":9007199254740993}', '/id'],
    ['json_inexact_number', '[[-12345678901234567890]]', '/0/0'],
    ['json_inexact_number', '{"a":1e400}', '/a'],
    ['json_unsafe_key', '{"a/b~c":{"__proto__":1}}', '/a~1b~0c/__proto__'],
  ])('refuses %s in %s', (code, text, path) => {
    const error = refusal(() => parseJson(text));
    expect(error).toMatchObject({ code, status: 400 });
    expect(error.problems).toEqual([{ code, path, message: error.message }]);
    expect(error.message.isWellFormed()).toBe(true);
    expect(({} as { admin?: unknown }).admin).toBeUndefined();
  });

  it('keeps the digits of large numbers where asked', () => {
    const options = { maxDepth: 9, maxItems: 99, inexactNumbers: 'text' } as const;
    expect(parseJson('{"id":9007199254740993,"n":5,"e":1e3}', options)).toEqual({
      id: '9007199254740993',
      n: 5,
      e: 1000,
    });
  });

  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

  it('reads to its depth and no further', () => {
    expect(() => parseJson(nested(64))).not.toThrow();
    expect(refusal(() => parseJson(nested(65)))).toMatchObject({ code: 'json_too_deep', status: 400 });
  });

  it.each([
    ['arrays', nested(10_000)],
    ['a million open brackets', '['.repeat(1_000_000)],
    ['objects', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
  ])('refuses endless %s without running out of stack', (_, text) => {
    expect(refusal(() => parseJson(text)).code).toBe('json_too_deep');
  });

  it('reads to its number of items and no further', () => {
    const limits = { maxDepth: 5, maxItems: 5 };
    expect(parseJson('{"a":[1,2],"b":{}, "c":[[ ]]}'.replace(',"b":{}', ''), limits)).toBeDefined();
    expect(refusal(() => parseJson('[1,2,3,4,5,6]', limits)).code).toBe('json_too_many_items');
    expect(refusal(() => parseJson('[[1,2],[3],4]', limits)).code).toBe('json_too_many_items');
  });

  it('reads a text of a million characters, and refuses one that is broken at its end', () => {
    const long = 'x'.repeat(1_000_000);
    expect(parseJson(`["${long}"]`)).toEqual([long]);
    expect(refusal(() => parseJson(`["${long}`)).code).toBe('malformed_json');
  });
});

describe('parseJsonBody', () => {
  it('reads UTF-8', () => {
    expect(parseJsonBody(Buffer.from('{"a":"ü🦉"}'))).toEqual({ a: 'ü🦉' });
  });

  it.each([
    ['a lone continuation byte', [0x22, 0x80, 0x22]],
    ['an overlong form', [0x22, 0xc0, 0x80, 0x22]],
    ['an encoded surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['UTF-16', [0xff, 0xfe, 0x22, 0x00]],
  ])('refuses %s', (_, bytes) => {
    expect(refusal(() => parseJsonBody(Buffer.from(bytes)))).toMatchObject({ code: 'bad_encoding', status: 400 });
  });
});
