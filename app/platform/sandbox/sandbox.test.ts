import { mkdtempSync, readdirSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { CODE_LIMITS } from './code-limits.ts';
import type { CodeRequest } from './code-outcome.ts';
import { createSandbox } from './sandbox.ts';

const SIGNAL = new AbortController().signal;
const sandbox = createSandbox();

afterAll(() => sandbox.close());

const request = (code: string, more: Partial<CodeRequest> = {}): CodeRequest => ({
  code,
  input: null,
  timeoutMs: 5000,
  memoryMb: CODE_LIMITS.memoryMb.usual,
  ...more,
});
const runCode = (code: string, more?: Partial<CodeRequest>) => sandbox.run(request(code, more), SIGNAL);

describe('a run', () => {
  test.each([
    ['a value', 'return 1 + 1', 2],
    ['nothing', '', null],
    ['undefined inside', 'return { a: undefined, b: [undefined] }', { b: [null] }],
    ['a function', 'return () => 1', null],
    ['a promise', 'return Promise.resolve("later")', 'later'],
    ['what was awaited', 'const [a, b] = await Promise.all([1, Promise.resolve(2)]); return a + b', 3],
    ['a thenable', 'return { then(done) { done(42) } }', 42],
    ['a date', 'return new Date(0)', '1970-01-01T00:00:00.000Z'],
    ['local time in UTC', 'return new Date(0).getHours()', 0],
    ['what toJSON makes of it', 'return { toJSON: () => [1] }', [1]],
    ['text of any script', 'return "żółć 漢字 🎉"', 'żółć 漢字 🎉'],
    ['after a last comment', 'return 1 // one', 1],
    ['with braces that lie', 'return 1 }); (async function () { return 2', 2],
    ['today', 'return Date.now() > 1.7e12 && Math.random() !== Math.random()', true],
  ])('returns %s', async (_what, code, result) => {
    expect(await runCode(code)).toEqual({ kind: 'returned', result, logs: [] });
  });

  test('sees its input and nothing of other runs', async () => {
    const input = { client: { name: 'Jane "J" \u2028' }, list: [1, null, true] };
    expect(await runCode('globalThis.kept = 1; return input', { input })).toMatchObject({ result: input });
    expect(await runCode('return typeof kept')).toMatchObject({ result: 'undefined' });
  });

  test('keeps what it wrote to the console, in order and by level', async () => {
    const code = `console.log('a', 1, { b: [2] }, undefined, null, 3n, Symbol('s'));
      console.warn(new TypeError('odd')); console.error({ get a() { throw 1 } }); console.debug(); return 0`;
    expect(await runCode(code)).toMatchObject({
      logs: [
        { level: 'info', message: 'a 1 {"b":[2]} undefined null 3 Symbol(s)' },
        { level: 'warn', message: 'TypeError: odd' },
        { level: 'error', message: '[a value that cannot be shown]' },
        { level: 'debug', message: '' },
      ],
    });
  });

  test('that fails tells its message and line, and what it wrote until then', async () => {
    const outcome = await runCode('console.log("here");\nconst client = null;\nreturn client.name');
    expect(outcome).toEqual({
      kind: 'failed',
      code: 'code_error',
      message: "TypeError: cannot read property 'name' of null (line 3)",
      line: 3,
      logs: [{ level: 'info', message: 'here' }],
    });
  });

  test.each([
    ['a syntax error', '\nreturn )', /^SyntaxError: .* \(line 2\)$/],
    ['an error after waiting', 'await null;\n\nthrow new Error("late")', /^Error: late \(line 3\)$/],
    ['an error in a function', 'const f = () => { throw new RangeError("far") };\nf()', /^RangeError: far \(line 1\)$/],
    ['a text', 'throw "plain"', /^plain$/],
    ['an object', 'throw { code: 7 }', /^\{"code":7\}$/],
    ['nothing', 'throw undefined', /^undefined$/],
    ['an undeclared name', 'total = 1', /^ReferenceError: .*total/],
    ['a big integer', 'return 10n', /cannot be written as JSON: TypeError/],
    ['a ring', 'const a = {}; a.a = a; return a', /cannot be written as JSON: TypeError/],
    ['half a character', 'return "\\ud800"', /cannot be kept: The text/],
    ['a number that was rounded', 'return 2 ** 60', /cannot be kept: The number/],
    ['an error with a getter', 'throw { get message() { throw 1 } }', /an error that cannot be shown/],
  ])('that ends with %s fails', async (_what, code, message) => {
    const outcome = await runCode(code);
    expect(outcome).toMatchObject({ kind: 'failed', code: 'code_error', message: expect.stringMatching(message) });
  });

  test('has the memory that was asked for', async () => {
    const code = 'return new Uint8Array(40e6).length';
    expect(await runCode(code, { memoryMb: 16 })).toMatchObject({ kind: 'failed', code: 'code_memory' });
    expect(await runCode(code, { memoryMb: 64 })).toMatchObject({ result: 40e6 });
    expect(await runCode('return new Uint8Array(200e6).fill(1).length', { memoryMb: 256 })).toMatchObject({
      result: 200e6,
    });
  });

  test('gets no more input than may be', async () => {
    const outcome = await runCode('return 1', { input: 'x'.repeat(CODE_LIMITS.inputChars) });
    expect(outcome).toMatchObject({ kind: 'failed', code: 'code_input_too_large' });
    const most = 'x'.repeat(CODE_LIMITS.inputChars - 2);
    expect(await runCode('return input.length', { input: most })).toMatchObject({ result: most.length });
  });
});

describe('the sandbox', () => {
  test('runs many at a time, each in a process of its own', async () => {
    const two = createSandbox({ atOnce: 2 });
    const outcomes = await Promise.all(
      [1, 2, 3, 4, 5].map((input) => two.run(request('globalThis.n ??= input; return n', { input }), SIGNAL)),
    );
    await two.close();
    expect(outcomes.map((each) => each.kind === 'returned' && each.result)).toEqual([1, 2, 3, 4, 5]);
  });

  test('fails the run that is killed and no other', async () => {
    const [late, well] = await Promise.all([runCode('for (;;);', { timeoutMs: 50 }), runCode('return 1')]);
    expect(late).toMatchObject({ kind: 'failed', code: 'code_timeout' });
    expect(well).toMatchObject({ kind: 'returned', result: 1 });
  });

  test('ends a run whose signal is aborted', async () => {
    const controller = new AbortController();
    const run = sandbox.run(request('for (;;);', { timeoutMs: 30_000 }), controller.signal);
    controller.abort(new Error('the step is over'));
    await expect(run).rejects.toThrow('the step is over');
    const over = sandbox.run(request('return 1'), AbortSignal.abort(new Error('it was over before')));
    await expect(over).rejects.toThrow('it was over before');
  });

  test('says so where no process comes about', async () => {
    const broken = createSandbox({ runner: join(import.meta.dirname, 'child/missing.mjs') });
    const outcome = await broken.run(request('return 1'), SIGNAL);
    expect(outcome).toMatchObject({ kind: 'unavailable', message: expect.stringContaining('could be started') });
  });

  test('that is closed ends its runs and starts no more', async () => {
    const closing = createSandbox();
    await closing.run(request('return 1'), SIGNAL);
    await closing.close();
    expect(await closing.run(request('return 1'), SIGNAL)).toMatchObject({ kind: 'unavailable' });
  });

  test('warns once, at the first run, of walls that the host cannot build', async () => {
    const warnings: string[] = [];
    const bare = createSandbox({ warn: (line) => warnings.push(line), toolFolders: [] });
    expect(warnings).toEqual([]);
    expect(await bare.run(request('return 1'), SIGNAL)).toMatchObject({ result: 1 });
    expect(await bare.run(request('return 2'), SIGNAL)).toMatchObject({ result: 2 });
    await bare.close();
    expect(warnings).toEqual([expect.stringMatching(/namespaces .*unshare.*identity .*setpriv.*limits .*prlimit/)]);
    expect((await bare.walls()).filter((wall) => wall.holds).map((wall) => wall.name)).toEqual(['node-permissions']);
  });

  test('leaves no folder and no process behind', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sandbox-test-'));
    vi.stubEnv('TMPDIR', folder);
    const one = createSandbox();
    const loop = one.run(request('for (;;);'), SIGNAL);
    await one.run(request('return 1'), SIGNAL);
    expect(readdirSync(folder)).not.toEqual([]);
    await one.close();
    expect(readdirSync(folder)).toEqual([]);
    expect(await loop).toMatchObject({ kind: 'failed', code: 'code_crashed' });
    vi.unstubAllEnvs();
    rmdirSync(folder);
  });
});
