import { describe, expect, it } from 'vitest';
import { runPure } from '../testing/run-pure.ts';
import { dataParseJson } from './data-parse-json.ts';

describe('data.parse_json', () => {
  it('reads JSON', () => {
    expect(runPure(dataParseJson, { text: ' {"a":[1,null,"x"]} ' })).toEqual({ a: [1, null, 'x'] });
  });

  it.each([
    ['malformed_json', '{"a":}'],
    ['json_too_deep', '['.repeat(10_000)],
    ['json_unsafe_key', '{"__proto__":1}'],
    ['json_inexact_number', '[12345678901234567890]'],
    ['unsafe_text', '["\\u0000"]'],
    ['json_duplicate_key', '{"a":1,"a":2}'],
  ])('fails for good with %s', (code, text) => {
    expect(() => runPure(dataParseJson, { text })).toThrow(expect.objectContaining({ code, kind: 'terminal' }));
  });

  it('says where', () => {
    expect(() => runPure(dataParseJson, { text: '{"a":{"__proto__":1}}' })).toThrow(
      expect.objectContaining({ details: { path: '/a/__proto__' } }),
    );
  });
});
