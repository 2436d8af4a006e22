import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CODE_LIMITS } from './code-limits.ts';
import { readAnswer } from './read-answer.ts';

const REQUEST = { timeoutMs: 5000, memoryMb: 64 };
const failed = (failure: object) => ({ kind: 'failed', failure: expect.objectContaining(failure) });

test.each([
  ['{"kind":"ready"}', { kind: 'ready' }],
  ['{"kind":"returned","result":{"a":[1]}}', { kind: 'returned', result: { a: [1] } }],
  [
    '{"kind":"logged","level":"warn","message":"a\\u0000b"}',
    { kind: 'logged', log: { level: 'warn', message: 'a�b' } },
  ],
  [
    '{"kind":"failed","code":"code_error","message":"Error: x","line":2}',
    failed({ message: 'Error: x (line 2)', line: 2 }),
  ],
  ['{"kind":"failed","code":"code_timeout"}', failed({ message: expect.stringContaining('longer than its 5 s') })],
  ['{"kind":"failed","code":"code_memory"}', failed({ message: expect.stringContaining('its 64 MB') })],
  ['{"kind":"failed","code":"code_output_too_large"}', failed({ message: expect.stringContaining('at most 256 KB') })],
  ['{"kind":"returned","result":1,"result":2}', failed({ code: 'code_error' })],
  ['{"kind":"returned","result":}', failed({ code: 'code_error' })],
  ['{"kind":"returned","result":{"constructor":{"prototype":1}}}', failed({ code: 'code_error' })],
  ['{"kind":"returned","result":"\\u0000"}', failed({ code: 'code_error' })],
  ['{"kind":"failed","code":"code_crashed"}', { kind: 'nonsense' }],
  ['{"kind":"failed","code":"code_error","line":-1}', { kind: 'nonsense' }],
  ['{"kind":"logged","level":"fatal","message":""}', { kind: 'nonsense' }],
  ['{"kind":"logged","level":"info","message":{}}', { kind: 'nonsense' }],
  ['', { kind: 'nonsense' }],
  ['null', { kind: 'nonsense' }],
])('%s', (line, answer) => {
  expect(readAnswer(line, REQUEST)).toEqual(answer);
});

test('a result is measured in bytes', () => {
  const line = `{"kind":"returned","result":"${'€'.repeat(CODE_LIMITS.resultBytes / 2)}"}`;
  expect(readAnswer(line, REQUEST)).toEqual(failed({ code: 'code_output_too_large' }));
});

test('no line whatever makes it throw', () => {
  const starts = fc.constantFrom('', '{"kind":"returned","result":', '{"kind":"logged",', '{"kind":"failed",');
  const line = fc
    .tuple(starts, fc.oneof(fc.string({ unit: 'binary' }), fc.json()))
    .map((parts) => `${parts.join('')}}`);
  fc.assert(fc.property(line, (text) => typeof readAnswer(text, REQUEST).kind === 'string'));
});
