import type { ActionContext } from '@mainspring/sdk/action.ts';
import { actionFacts } from '@mainspring/sdk/action.ts';
import { ActionError } from '@mainspring/sdk/failure.ts';
import { afterAll, describe, expect, test } from 'vitest';
import { createSandbox, type Sandbox } from '../../../../platform/sandbox/sandbox.ts';
import { createCodeRun } from './code-run.ts';

const sandbox = createSandbox();
const action = createCodeRun({ sandbox });

afterAll(() => sandbox.close());

const context = (signal = new AbortController().signal): ActionContext => ({
  organizationId: 'org',
  runId: 'run',
  workflowId: 'workflow',
  step: 'compute',
  attempt: 1,
  idempotencyKey: 'org/run/compute',
  signal,
  now: new Date(0),
  log: () => {},
});

const run = async (input: object, signal?: AbortSignal) =>
  action.output.parse(await action.run(action.input.parse(input), context(signal)));

const failure = (input: object): Promise<ActionError> =>
  run(input).then(
    () => Promise.reject(new Error('did not fail')),
    (error) => (error instanceof ActionError ? error : Promise.reject(error)),
  );

describe('code.run', () => {
  test('returns what the code returns and what it wrote', async () => {
    const code = 'console.log("sum of", input.length); return { sum: input.reduce((a, b) => a + b, 0) }';
    expect(await run({ code, input: [1, 2, 3] })).toEqual({
      result: { sum: 6 },
      logs: [{ level: 'info', message: 'sum of 3' }],
    });
  });

  test('has null as its input where none is given', async () => {
    expect(await run({ code: 'return [input]' })).toEqual({ result: [null], logs: [] });
  });

  test.each([
    ['throw new Error("no such client")', {}, 'code_error', 'Error: no such client (line 1)'],
    ['for (;;);', { timeoutMs: 50 }, 'code_timeout', '0.05 s'],
    ['return new Uint8Array(2e7).length', { memoryMb: 8 }, 'code_memory', '8 MB'],
    ['return "x".repeat(1e6)', {}, 'code_output_too_large', '256 KB'],
    ['return 1', { input: 'x'.repeat(1e6) }, 'code_input_too_large', '1000002 characters'],
  ])('%s ends for good', async (code, more, expected, said) => {
    const error = await failure({ code, ...more });
    expect(error).toMatchObject({ kind: 'terminal', code: expected, message: expect.stringContaining(said) });
  });

  test('a failure tells the line and what was written until then', async () => {
    const error = await failure({ code: 'console.warn("here");\nnull.name' });
    expect(error.details).toEqual({ line: 2, logs: [{ level: 'warn', message: 'here' }] });
  });

  test('is tried again where no process came about', async () => {
    const outcome = { kind: 'unavailable', message: 'No process.' } as const;
    const without: Sandbox = { ...sandbox, run: async () => outcome };
    const attempt = createCodeRun({ sandbox: without }).run(action.input.parse({ code: 'return 1' }), context());
    await expect(attempt).rejects.toMatchObject({ kind: 'retry', code: 'code_unavailable', message: 'No process.' });
  });

  test('ends with the reason of its signal', async () => {
    const signal = AbortSignal.abort(new Error('the lease is lost'));
    await expect(run({ code: 'return 1' }, signal)).rejects.toThrow('the lease is lost');
  });

  test.each([
    ['no code', { code: '' }],
    ['code that is no text', { code: { $: 'event.data.code' } }],
    ['too much code', { code: ' '.repeat(100_001) }],
    ['too much time', { code: 'return 1', timeoutMs: 30_001 }],
    ['too much memory', { code: 'return 1', memoryMb: 257 }],
    ['a key that it does not know', { code: 'return 1', language: 'python' }],
  ])('refuses %s', (_what, input) => {
    expect(action.input.safeParse(input).success).toBe(false);
  });

  test('a dry run says what would run and runs nothing', () => {
    const given = action.input.parse({ code: 'const a = input;\nreturn a', input: 1 });
    expect(action.dryRun(given)).toEqual({
      output: { result: null, logs: [] },
      summary: 'Would run 2 lines of JavaScript',
      detail: { input: 1, timeoutMs: 5000, memoryMb: 64 },
    });
  });

  test('its schema marks the code as literal JavaScript', () => {
    expect(actionFacts(action).inputSchema).toMatchObject({
      properties: { code: { format: 'javascript', literal: true } },
      required: ['code'],
    });
  });
});
