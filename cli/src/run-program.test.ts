import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runProgram } from './run-program.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'mainspring-cli-'));
afterAll(() => rmSync(FOLDER, { recursive: true }));

const workflow = (change: object): string =>
  JSON.stringify({
    format: 'mainspring/workflow@1',
    name: 'Greeting',
    triggers: [{ id: 'start', type: 'manual' }],
    nodes: [{ id: 'pause', type: 'flow.delay', input: { for: 'PT2H' } }],
    edges: [{ from: 'start', to: 'pause' }],
    ...change,
  });

async function run(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const terminal = { line: (text: string) => void out.push(text), problem: (text: string) => void err.push(text) };
  const code = await runProgram(args, { terminal: { ...terminal, rich: false }, env: {} });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

function file(name: string, text: string | Buffer): string {
  const path = join(FOLDER, name);
  writeFileSync(path, text);
  return path;
}

describe('the command line', () => {
  test('prints help and exits 0', async () => {
    const { code, out } = await run('--help');
    expect(code).toBe(0);
    expect(out).toContain('validate');
  });

  test('prints its version', async () => {
    expect(await run('--version')).toEqual({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+$/), err: '' });
  });

  test.each([
    ['an unknown command', ['launch'], "error: unknown command 'launch'"],
    ['an unknown option', ['validate', 'x.json', '--fast'], "error: unknown option '--fast'"],
    ['an unknown option of a command below another', ['audit', 'verify', '--fast'], "error: unknown option '--fast'"],
    ['a missing argument', ['validate'], "error: missing required argument 'file'"],
  ])('refuses %s with exit code 2', async (_name, args, message) => {
    const { code, err } = await run(...args);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});

describe('validate', () => {
  test('says that a sound definition is valid', async () => {
    const path = file('sound.json', workflow({}));
    expect(await run('validate', path)).toEqual({ code: 0, out: `${path} is valid`, err: '' });
  });

  test('reads what begins with a byte order mark', async () => {
    expect(await run('validate', file('marked.json', `\ufeff${workflow({})}`))).toMatchObject({ code: 0 });
  });

  test('prints each problem as path: message and exits 1', async () => {
    const edges = [
      { from: 'start', to: 'pause', port: 'sideways' },
      { from: 'pause', to: 'nowhere' },
    ];
    const { code, out, err } = await run('validate', file('unsound.json', workflow({ edges })));
    expect(code).toBe(1);
    expect(out).toMatch(/^\/edges\/0\/port: .*sideways/m);
    expect(out).toMatch(/^\/edges\/1\/to: .*nowhere/m);
    expect(err).toMatch(/unsound\.json has \d+ errors$/);
  });

  test('prints the problems of a document that is no definition', async () => {
    const { code, out } = await run('validate', file('shapeless.json', workflow({ nodes: [{ id: 'A' }] })));
    expect(code).toBe(1);
    expect(out).toMatch(/^\/nodes\/0\/id: /m);
  });

  test.each([
    ['what is no JSON', file('broken.json', '{\n "name": '), /broken\.json cannot be used: .* line 2, column 10 .*end/],
    ['a key that stands twice', file('twice.json', '{ "a": 1, "a": 2 }'), /twice\.json cannot be used: The key "a"/],
    ['what is no UTF-8', file('latin.json', Buffer.from([0x22, 0xff, 0x22])), /latin\.json cannot be used: .*UTF-8/],
    ['what is not there', join(FOLDER, 'absent.json'), /absent\.json does not exist$/],
    ['a folder', FOLDER, /is a folder; name a file$/],
  ])('refuses %s', async (_name, path, message) => {
    const { code, err } = await run('validate', path);
    expect(code).toBe(1);
    expect(err).toMatch(message);
  });
});

test('run refuses an empty run id, which an unset variable leaves behind', async () => {
  const { code, err } = await run('run', file('sound.json', workflow({})), '--run-id', '');
  expect([code, err]).toEqual([1, 'mainspring: --run-id must not be empty']);
});

describe('simulate', () => {
  const from = ['--from', '2026-11-21T09:00:00Z'];

  test('prints what would happen and when', async () => {
    const { code, out } = await run('simulate', file('wait.json', workflow({})), ...from);
    expect(code).toBe(0);
    expect(out).toMatch(/^2026-11-21T09:00:00\.000Z {2}wait +pause +until 2026-11-21T11:00:00\.000Z \(delay\)$/m);
    expect(out).toMatch(/^completed at 2026-11-21T11:00:00\.000Z after 1 step$/m);
  });

  test('exits 1 where the run would not complete', async () => {
    const nodes = [{ id: 'pause', type: 'flow.stop', input: { status: 'failed', message: 'too small' } }];
    const { code, out } = await run('simulate', file('fails.json', workflow({ nodes })), ...from);
    expect(code).toBe(1);
    expect(out).toMatch(/^failed at 2026-11-21T09:00:00\.000Z after 1 step: .*too small/m);
  });

  test.each([
    ['a time that is none', ['--from', 'tomorrow'], /--from must be a time such as .* not "tomorrow"/],
    ['an end before the start', [...from, '--until', '2026-11-20'], /--until must not be before the start, 2026-11-21/],
    ['answers of the wrong shape', ['--answers', file('answers.json', '{ "pause": 3 }')], /answers\.json: pause/],
    ['answers that are a list', ['--answers', file('list.json', '[]')], /list\.json: must be an object/],
    ['answers of no node', ['--answers', file('stray.json', '{ "paus": 3 }')], /"paus" is no node .* it has pause$/],
  ])('refuses %s', async (_name, options, message) => {
    const { code, err } = await run('simulate', file('wait.json', workflow({})), ...options);
    expect(code).toBe(1);
    expect(err).toMatch(message);
  });
});

test('the installed command passes arguments and exit codes on', () => {
  const bin = join(import.meta.dirname, '../bin/mainspring.mjs');
  const child = spawnSync(process.execPath, [bin, 'launch'], { encoding: 'utf8' });
  expect(child.stderr).toContain("unknown command 'launch'");
  expect(child.status).toBe(2);
});
