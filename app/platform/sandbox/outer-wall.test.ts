/**
 * The same ways out, and many more, with the inner wall removed: the code runs in Node itself. Where this host cannot
 * build one of the outer walls, what only that one keeps out is not tried: `warn` must then have said so.
 */
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSandbox, type Sandbox } from './sandbox.ts';

const CANARY = 'canary-7f3a9c';
const SIGNAL = new AbortController().signal;
const runner = join(import.meta.dirname, 'testing/plain-runner.mjs');
const folder = mkdtempSync(join(tmpdir(), 'outer-wall-'));
const dataFile = join(folder, 'secret');
const socketPath = join(folder, 'socket');

/** Walls that the host may or may not have, each alone and all together. */
const toolFolders = {
  all: undefined,
  none: toolFolder('none'),
  namespaces: toolFolder('unshare'),
  limits: toolFolder('prlimit'),
};
type WallSet = keyof typeof toolFolders;

const warnings: string[] = [];
const sandboxes = Object.fromEntries(
  Object.entries(toolFolders).map(([name, tools]) => [
    name,
    createSandbox({ runner, warn: (line) => warnings.push(line), ...(tools && { toolFolders: [tools] }) }),
  ]),
) as Record<WallSet, Sandbox>;

const servers: Server[] = [];
const reached: string[] = [];
let port = 0;

beforeAll(async () => {
  process.env.MAINSPRING_CANARY = CANARY;
  writeFileSync(dataFile, CANARY, { mode: 0o644 });
  port = await listen(0, 'tcp');
  await listen(socketPath, 'unix socket');
});

afterAll(async () => {
  delete process.env.MAINSPRING_CANARY;
  await Promise.all(Object.values(sandboxes).map((sandbox) => sandbox.close()));
  for (const server of servers) server.close();
  for (const each of [folder, ...Object.values(toolFolders)]) if (each) rmSync(each, { recursive: true });
});

const runCode = (code: string, set: WallSet = 'all', timeoutMs = 10_000) =>
  sandboxes[set].run(
    { code, input: { port, dataFile, socketPath, pid: process.pid }, timeoutMs, memoryMb: 64 },
    SIGNAL,
  );

const holds = async (set: WallSet, name: string) =>
  (await sandboxes[set].walls()).some((wall) => wall.name === name && wall.holds);

test('whatever wall does not hold here is named', async () => {
  const open = (await sandboxes.limits.walls()).filter((wall) => !wall.holds);
  expect(open.map((wall) => wall.name)).toEqual(expect.arrayContaining(['namespaces', 'identity']));
  for (const { name, detail } of open) expect(warnings.join()).toContain(`${name} (${detail})`);
});

describe('files, programs, threads and addons are closed', () => {
  test.each([
    ['node("fs").readFileSync("/etc/passwd", "utf8")'],
    ['node("fs").readFileSync(input.dataFile, "utf8")'],
    ['(await import("node:fs")).readFileSync(input.dataFile, "utf8")'],
    ['(await node("fs").promises.readFile(input.dataFile, "utf8"))'],
    ['node("fs").readFileSync("/proc/self/environ", "utf8")'],
    ['node("fs").readFileSync("/proc/" + input.pid + "/environ", "utf8")'],
    ['node("fs").readFileSync("/proc/1/environ", "utf8")'],
    ['node("fs").readFileSync("/proc/self/mem")'],
    ['node("fs").openSync("/dev/stdin")'],
    ['node("fs").readdirSync("/")'],
    ['node("fs").writeFileSync("made-here", "x")'],
    ['node("fs").writeFileSync(input.dataFile, "x")'],
    ['node("fs").symlinkSync(input.dataFile, "link")'],
    ['node("fs").mkdirSync("made-here")'],
    ['node("fs").chmodSync(input.dataFile, 0)'],
    ['node("module").createRequire("/")(input.dataFile)'],
    ['(await import("file://" + input.dataFile))'],
    ['new (node("sqlite").DatabaseSync)(input.dataFile)'],
    ['node("v8").writeHeapSnapshot()'],
    ['process.report.writeReport("report.json")'],
    ['process.chdir("/")'],
    ['node("child_process").execFileSync("/bin/true")'],
    ['node("child_process").spawnSync(process.execPath, ["-v"]).status.toFixed()'],
    ['node("child_process").fork("x.mjs")'],
    ['node("cluster").fork()'],
    ['process.execve("/bin/sh", ["sh"], {})'],
    ['new (node("worker_threads").Worker)("1", { eval: true })'],
    ['process.dlopen({ exports: {} }, "/tmp/addon.node")'],
    ['process.binding("tcp_wrap")'],
    ['node("inspector").open(0)'],
    ['new (node("wasi").WASI)({ version: "preview1" }).start({})'],
    ['process.setuid(0)'],
    ['[].constructor.constructor("return process")()'],
    ['eval("process")'],
  ])('%s', async (code) => {
    const outcome = await runCode(`return ${code}`);
    expect(outcome).toMatchObject({ kind: 'failed', code: 'code_error' });
    expect(JSON.stringify(outcome)).not.toContain(CANARY);
    expect(readdirSync(folder).sort()).toEqual(['secret', 'socket']);
  });
});

describe('secrets of the server are not there', () => {
  test.each([
    ['process.env', { TZ: 'UTC' }],
    ['process.report.getReport().environmentVariables', { TZ: 'UTC' }],
    ['process.argv.slice(2)', []],
    ['Object.keys(globalThis).filter((name) => /secret|key|token/i.test(name))', []],
  ])('%s', async (code, result) => {
    expect(await runCode(`return ${code}`)).toEqual({ kind: 'returned', result, logs: [] });
  });
});

describe.each<[WallSet]>([['all'], ['namespaces'], ['limits']])('the network is closed by %s', (set) => {
  const until = (call: string) => `return new Promise((done) => { ${call} })`;
  const answered = `.on('error', (error) => done(error.code)).on('connect', () => done('connected'))`;
  test.each([
    ['TCP', until(`node('net').connect(input.port, '127.0.0.1')${answered}`)],
    ['TCP over IPv6', until(`node('net').connect(input.port, '::1')${answered}`)],
    ['TLS', until(`node('tls').connect(input.port, '127.0.0.1')${answered}`)],
    ['fetch', 'return (await fetch("http://127.0.0.1:" + input.port)).status'],
    ['HTTP', until(`node('http').get({ port: input.port }).on('error', (error) => done(error.code))`)],
    [
      'UDP',
      until(`const udp = node('dgram').createSocket('udp4').on('error', (error) => done(error.code));
      udp.send('x', input.port, '127.0.0.1', (error) => done(error?.code ?? 'sent'))`),
    ],
    ['DNS', until(`node('dns').resolve4('example.com', (error) => done(error?.code ?? 'resolved'))`)],
    [
      'descriptors given back',
      `for (let at = 3; at < 12; at++) try { node('fs').closeSync(at) } catch {}
      ${until(`node('net').connect(input.port, '127.0.0.1')${answered}`)}`,
    ],
  ])('%s', async (_what, code) => {
    if (!(await holds(set, 'namespaces')) && !(await holds(set, 'limits'))) return;
    const outcome = await runCode(code, set);
    expect(outcome).not.toMatchObject({ result: expect.stringMatching(/connected|sent|resolved/) });
    expect(outcome).not.toMatchObject({ result: expect.any(Number) });
    expect(reached).toEqual([]);
  });
});

test('without either, the same calls get through', async () => {
  const until = (where: string) =>
    `return new Promise((done) => { node('net').connect(${where}).on('connect', () => done('connected')) })`;
  expect(await runCode(until(`input.port, '127.0.0.1'`), 'none')).toMatchObject({ result: 'connected' });
  expect(await runCode(until('input.socketPath'), 'none')).toMatchObject({ result: 'connected' });
  expect(reached.splice(0)).toEqual(['tcp', 'unix socket']);
});

describe('local sockets are closed by limits', () => {
  test.each([
    ['connecting', `node('net').connect(input.socketPath).on('connect', () => done('connected'))`],
    ['listening', `node('net').createServer().listen('made-here', () => done('connected'))`],
    ['listening on a port', `node('net').createServer().listen(0, () => done('connected'))`],
  ])('%s', async (_what, call) => {
    if (!(await holds('limits', 'limits'))) return;
    const code = `return new Promise((done) => { ${call}.on('error', (error) => done(error.code)) })`;
    expect(await runCode(code, 'limits')).toMatchObject({ kind: 'returned', result: 'EMFILE' });
    expect(reached).toEqual([]);
  });
});

describe('other processes are out of reach', () => {
  test.each([
    ['process.kill(input.pid, 0)'],
    ['process.kill(input.pid, "SIGKILL")'],
    ['process.kill(-input.pid, "SIGKILL")'],
    ['process.kill(-1, "SIGKILL")'],
    ['process._debugProcess(input.pid)'],
    ['node("os").setPriority(input.pid, 19)'],
  ])('%s', async (code) => {
    if (!(await holds('all', 'namespaces'))) return;
    expect(await runCode(`return ${code}`)).toMatchObject({ kind: 'failed', code: 'code_error' });
  });

  test('the parent cannot be named', async () => {
    if (!(await holds('all', 'namespaces'))) return;
    expect(await runCode('return [process.pid, process.ppid]')).toMatchObject({ result: [1, 0] });
  });
});

describe('what never ends is killed', () => {
  test.each([
    ['a loop', 'for (;;);'],
    ['a regular expression', 'return /^(a+)+$/.test("a".repeat(50) + "b")'],
    ['a sleeping thread', 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)'],
    ['timers and deaf ears', `process.on('SIGTERM', () => {}); setInterval(() => {}, 10); await new Promise(() => {})`],
  ])('%s', async (_what, code) => {
    expect(await runCode(code, 'all', 50)).toMatchObject({ kind: 'failed', code: 'code_timeout' });
  });
});

describe('memory is bounded', () => {
  test.each([
    ['lists', 'const all = []; for (;;) all.push(new Array(1e6).fill(1))'],
    [
      'lists, with the bound lifted',
      `node('v8').setFlagsFromString('--max-old-space-size=8000');
      const all = []; for (;;) all.push(new Array(1e6).fill(1))`,
    ],
    ['buffers', 'const all = []; for (;;) all.push(Buffer.alloc(1e7, 1))'],
    ['shared buffers', 'const all = []; for (;;) all.push(new Uint8Array(new SharedArrayBuffer(1e7)).fill(1))'],
    ['WebAssembly', 'new WebAssembly.Memory({ initial: 20_000 })'],
    ['recursion', '(function deeper() { deeper() })()'],
  ])('%s', async (_what, code) => {
    if (!(await holds('all', 'limits'))) return;
    const outcome = await runCode(code);
    expect(outcome).toMatchObject({ kind: 'failed', code: expect.stringMatching(/^code_(memory|error|crashed)$/) });
  });

  test('a heap that is full is told as memory', async () => {
    const code = 'const all = []; for (;;) all.push(new Array(1e6).fill(1))';
    expect(await runCode(code)).toMatchObject({ kind: 'failed', code: 'code_memory' });
  });
});

describe('the answer is the word of a stranger', () => {
  const say = (line: string) => `node('fs').writeSync(1, ${JSON.stringify(`${line}\n`)})`;
  test.each([
    ['a flood', `for (;;) node('fs').writeSync(1, 'x'.repeat(1e5))`, { code: 'code_output_too_large' }],
    [
      'a flood of lines',
      `for (;;) ${say('{"kind":"logged","level":"info","message":"x"}')}`,
      { code: 'code_output_too_large' },
    ],
    [
      'a result too large',
      `node('fs').writeSync(1, '{"kind":"returned","result":"' + 'x'.repeat(3e5) + '"}\\n')`,
      { code: 'code_output_too_large' },
    ],
    ['a prototype', say('{"kind":"returned","result":{"__proto__":{"polluted":1}}}'), { code: 'code_error' }],
    ['no JSON', say('{"kind":"returned","result":nothing}'), { code: 'code_error' }],
    [
      'an unknown failure',
      `${say('{"kind":"failed","code":"code_unknown","__proto__":{"polluted":1}}')}; return 1`,
      { kind: 'returned', result: 1 },
    ],
    ['an early end', 'process.exit(0)', { code: 'code_crashed' }],
    ['an abort', 'process.abort()', { code: 'code_crashed' }],
    ['nothing', 'await new Promise(() => {})', { code: 'code_crashed' }],
    ['complaints without end', `for (;;) node('fs').writeSync(2, 'x'.repeat(1e5))`, { kind: 'failed' }],
  ])('%s', async (_what, code, outcome) => {
    expect(await runCode(code)).toMatchObject(outcome);
    expect(Object.prototype).not.toHaveProperty('polluted');
  });
});

function toolFolder(tool: string): string {
  const path = mkdtempSync(join(tmpdir(), 'outer-wall-tools-'));
  symlinkSync(join('/usr/bin', tool), join(path, tool));
  return path;
}

async function listen(where: number | string, name: string): Promise<number> {
  const server = createServer((socket) => {
    reached.push(name);
    socket.destroy();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(where, resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
