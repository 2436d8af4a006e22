/** Every way out of QuickJS that is known for engines of its kind, tried from inside. */
import { afterAll, describe, expect, test } from 'vitest';
import { CODE_LIMITS } from './code-limits.ts';
import { createSandbox } from './sandbox.ts';

const sandbox = createSandbox();
const SIGNAL = new AbortController().signal;

afterAll(() => sandbox.close());

/** Longer than a busy machine needs for anything that ends. */
const AMPLE_MS = 10_000;

const runCode = (code: string, timeoutMs = AMPLE_MS) =>
  sandbox.run({ code, input: { secret: 1 }, timeoutMs, memoryMb: 16 }, SIGNAL);

const HOST_NAMES = [
  ...['process', 'require', 'module', 'exports', 'global', 'Buffer', '__dirname', 'Deno', 'Bun', 'window', 'self'],
  ...['fetch', 'XMLHttpRequest', 'WebSocket', 'WebAssembly', 'Worker', 'importScripts', 'setTimeout', 'setInterval'],
  ...['std', 'os', 'bjson', 'scriptArgs', 'print', 'load', 'loadScript', 'Module', 'HEAP8', 'emit'],
];

describe('nothing of the host is in reach', () => {
  test('no name of a host is defined', async () => {
    const code = `return [${HOST_NAMES.map((name) => `typeof ${name}`).join(', ')}]`;
    expect(await runCode(code)).toEqual({ kind: 'returned', result: HOST_NAMES.map(() => 'undefined'), logs: [] });
  });

  test.each([
    ['[].constructor.constructor("return process")()'],
    ['(() => {}).constructor("return this.process.env")()'],
    ['console.log.constructor("return process")()'],
    ['Object.getPrototypeOf(async () => {}).constructor("return process")()'],
    ['Object.getPrototypeOf(function* () {}).constructor("return process")().next()'],
    ['new Proxy(console.log, {}).constructor("return require")()("fs")'],
    ['Reflect.construct(Function, ["return process"])()'],
    ['globalThis.eval("process.exit(1)")'],
    ['(0, eval)("require")("child_process")'],
    ['import("node:fs")'],
    ['import("std")'],
    ['import("os")'],
    ['import("data:text/javascript,export default 1")'],
    ['import("file:///etc/passwd")'],
    ['require("fs").readFileSync("/etc/passwd")'],
    ['process.kill(process.ppid)'],
    ['fetch("http://127.0.0.1")'],
    ['new Function("return import.meta")()'],
    ['std.loadFile("/proc/self/environ")'],
    ['console.log.caller.constructor("return process")()'],
    ['(function () { return this.process.env })()'],
    ['new Error("x").stack.constructor.constructor("return process")()'],
  ])('%s fails', async (code) => {
    expect(await runCode(`return await ${code}`)).toMatchObject({ kind: 'failed', code: 'code_error' });
  });

  test('the stack of an error and the frames behind it name nothing of the host', async () => {
    const outcome = await runCode(`
      Error.prepareStackTrace = (error, frames) => frames;
      const { stack } = new Error('x');
      return typeof stack === 'string' ? stack : stack.map(String)`);
    expect(outcome).toMatchObject({ kind: 'returned' });
    expect(JSON.stringify(outcome)).not.toMatch(/node|\.mjs|file:|wasm/);
  });

  test('every global is a built-in of the language', async () => {
    const outcome = await runCode(
      'return Object.getOwnPropertyNames(globalThis).filter((name) => /^[a-z]/.test(name))',
    );
    expect(outcome).toMatchObject({
      result: [
        ...['parseInt', 'parseFloat', 'isNaN', 'isFinite', 'decodeURI', 'decodeURIComponent', 'encodeURI'],
        ...['encodeURIComponent', 'escape', 'unescape', 'undefined', 'eval', 'globalThis', 'console'],
      ],
    });
  });
});

describe('a run leaves no trace', () => {
  test.each([
    ['Object.prototype.polluted = 1; Array.prototype.polluted = 1; return "done"'],
    ['({}).__proto__.polluted = 1; return "done"'],
    ['Object.defineProperty(Object.prototype, "kind", { value: "returned" }); return "done"'],
    ['JSON.parse = JSON.stringify = () => "forged"; return "done"'],
    ['Promise.prototype.then = () => {}; return "done"'],
    ['Reflect.apply = Function.prototype.call = String.prototype.slice = null; return "done"'],
    ['globalThis.console = null; delete globalThis.Object; return "done"'],
  ])('%s', async (code) => {
    expect(await runCode(code)).toEqual({ kind: 'returned', result: 'done', logs: [] });
    expect(Object.prototype).not.toHaveProperty('polluted');
    expect(await runCode('return ({}).polluted ?? JSON.stringify([1])')).toMatchObject({ result: '[1]' });
  });

  test('keys that could reach a prototype do not come back as data', async () => {
    const outcome = await runCode('return JSON.parse(\'{ "__proto__": { "polluted": 1 } }\')');
    expect(outcome).toMatchObject({
      kind: 'failed',
      code: 'code_error',
      message: expect.stringContaining('__proto__'),
    });
  });
});

describe('what never ends is ended', () => {
  test.each([
    ['a loop', 'for (;;);'],
    ['a loop that catches', 'for (;;) try { for (;;); } catch {}'],
    ['a loop in finally', 'try { throw 1 } finally { for (;;); }'],
    ['a loop of promises', 'const again = async () => { for (;;) await null }; await again()'],
    ['a generator', 'for (const _ of (function* () { for (;;) yield 1 })());'],
    ['a regular expression', 'return /^(a+)+$/.test("a".repeat(50) + "b")'],
    ['a sort', '[2, 1].sort(() => { for (;;); })'],
    ['a getter of the result', 'return { get slow() { for (;;); } }'],
    ['toJSON of the result', 'return { toJSON() { for (;;); } }'],
    ['a proxy as the result', 'return new Proxy({}, { ownKeys() { for (;;); } })'],
    ['a proxy as the error', 'throw new Proxy({}, { get() { for (;;); } })'],
    ['toString of a logged value', 'console.log({ toJSON() { for (;;); } })'],
    ['a catch of no memory', 'for (;;) try { new Array(1e7).fill(1) } catch {}'],
    ['one long step, where nothing can be interrupted', 'return "a".repeat(3e6).lastIndexOf("a".repeat(1e6) + "b")'],
  ])('%s', async (_what, code) => {
    expect(await runCode(code, 200)).toMatchObject({ kind: 'failed', code: 'code_timeout' });
  });

  test.each([
    ['a promise that nobody settles', 'await new Promise(() => {})'],
    ['a thenable that never answers', 'return { then() {} }'],
  ])('%s', async (_what, code) => {
    const message = expect.stringContaining('nothing will ever settle');
    expect(await runCode(code)).toMatchObject({ kind: 'failed', code: 'code_error', message });
  });

  test('a thread cannot be put to sleep', async () => {
    const code = 'return Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)';
    expect(await runCode(code)).toMatchObject({ kind: 'failed', code: 'code_error' });
  });
});

describe('memory is bounded', () => {
  test.each([
    ['arrays', 'const all = []; for (;;) all.push(new Array(1e6).fill(1))'],
    ['texts', 'const all = []; for (;;) all.push("x".repeat(1e6) + all.length)'],
    ['one text', 'return "x".repeat(2 ** 29).length'],
    ['typed arrays', 'const all = []; for (;;) all.push(new Uint8Array(4e6))'],
    ['one buffer', 'return new ArrayBuffer(2e9).byteLength'],
    ['objects', 'let last = null; for (;;) last = { last, more: new Float64Array(1e5) }'],
    ['a map', 'const map = new Map(); for (let at = 0; ; at++) map.set(at, new Array(1e5).fill(at))'],
  ])('%s', async (_what, code) => {
    expect(await runCode(code)).toMatchObject({ kind: 'failed', code: 'code_memory' });
  });
});

describe('size and depth are bounded', () => {
  test.each([
    ['a number', 'return String(3n ** (3n ** 14n))'],
    ['a text', 'let text = "x"; for (;;) text += text'],
    ['a function', 'const deeper = () => deeper() + 1; return deeper()'],
    ['a getter', 'const it = { get deeper() { return it.deeper } }; return it.deeper'],
    ['toString', 'const it = { toString: () => String(it) }; return String(it)'],
    ['a proxy', 'const it = new Proxy({}, { get: (_, key) => it[key] }); return it.deeper'],
    ['a value', 'let it = []; for (let at = 0; at < 1e5; at++) it = [it]; return it'],
    ['source', 'return eval("(".repeat(1e5))'],
    ['a pattern', 'return new RegExp("(".repeat(1e5) + ")".repeat(1e5)).test("x")'],
  ])('%s', async (_what, code) => {
    expect(await runCode(code)).toMatchObject({ kind: 'failed', code: 'code_error' });
  });

  test('a value deeper than JSON may be is refused', async () => {
    const code = 'let it = 1; for (let at = 0; at < 100; at++) it = [it]; return it';
    const message = expect.stringContaining('nested deeper than 64 levels');
    expect(await runCode(code)).toMatchObject({ kind: 'failed', code: 'code_error', message });
  });
});

describe('output is bounded', () => {
  const most = CODE_LIMITS.resultBytes;
  test.each([
    ['as large as may be', `return "x".repeat(${most - 2})`, { kind: 'returned' }],
    ['one more', `return "x".repeat(${most - 1})`, { kind: 'failed', code: 'code_output_too_large' }],
    [
      'fewer characters, more bytes',
      `return "€".repeat(${most / 2})`,
      { kind: 'failed', code: 'code_output_too_large' },
    ],
    ['made by toJSON', 'return { toJSON: () => "x".repeat(1e6) }', { kind: 'failed', code: 'code_output_too_large' }],
  ])('a result %s', async (_what, code, outcome) => {
    expect(await runCode(code)).toMatchObject(outcome);
  });

  test('a console keeps its first lines and says that there were more', async () => {
    const outcome = await runCode('for (let at = 0; at < 5000; at++) console.log(at); return 1');
    if (outcome.kind !== 'returned') throw new Error(outcome.kind);
    expect(outcome.logs).toHaveLength(CODE_LIMITS.logLines + 1);
    expect(outcome.logs.at(-2)).toEqual({ level: 'info', message: String(CODE_LIMITS.logLines - 1) });
    expect(outcome.logs.at(-1)).toMatchObject({ level: 'warn', message: expect.stringMatching(/^Only the first/) });
  });

  test('a long line is cut, and long lines are fewer', async () => {
    const outcome = await runCode('for (let at = 0; at < 100; at++) console.log("x".repeat(1e5)); return 1');
    if (outcome.kind !== 'returned') throw new Error(outcome.kind);
    const chars = outcome.logs.reduce((sum, { message }) => sum + message.length, 0);
    expect(outcome.logs[0]?.message).toBe(`${'x'.repeat(CODE_LIMITS.logLineChars)}…`);
    expect(chars).toBeLessThanOrEqual(CODE_LIMITS.logChars + 100);
  });
});
