/** The inner wall: evaluates code in QuickJS, compiled to WebAssembly, which has no function that reaches outside. */
import { newQuickJSWASMModule, RELEASE_SYNC } from 'quickjs-emscripten';
import { PRELUDE } from './prelude.mjs';

const FILE = 'code.js';
const LINES_BEFORE_CODE = 1;
const JOBS_AT_ONCE = 1000;
const MEMORY_TO_EXPLAIN_BYTES = 1024 * 1024;

/** Answers what evaluates a request: `(request, log) => answer`, once. */
export async function loadQuickJs() {
  const quickJs = await newQuickJSWASMModule(RELEASE_SYNC);
  return (request, log) => {
    const endsAt = performance.now() + request.timeoutMs;
    const isLate = () => performance.now() >= endsAt;
    try {
      return evaluate(openMachine(quickJs, request, log, isLate), request);
    } catch (error) {
      return isLate() ? { kind: 'failed', code: 'code_timeout' } : failedMachine(error);
    }
  };
}

/** Nothing is ever disposed: the process ends with the run. */
function openMachine(quickJs, request, log, isLate) {
  const runtime = quickJs.newRuntime();
  runtime.setMemoryLimit(request.memoryBytes);
  runtime.setMaxStackSize(request.stackBytes);
  const vm = runtime.newContext();
  const inner = openPrelude(vm, log, request);
  runtime.setInterruptHandler(isLate);
  return { runtime, vm, inner, isLate };
}

function openPrelude(vm, log, { logLines, logLineChars, logChars }) {
  let left = { lines: logLines, chars: logChars };
  const emit = vm.newFunction('emit', (level, line) => {
    if (left === null) return;
    // The prelude cuts each line; what is longer or no text did not come from it.
    if (vm.typeof(line) !== 'string' || lengthOf(vm, line) > logLineChars + 1) return;
    left = { lines: left.lines - 1, chars: left.chars - lengthOf(vm, line) };
    if (left.lines < 0 || left.chars < 0) {
      left = null;
      log('warn', `Only the first ${logLines} lines and ${logChars} characters of the console are kept.`);
      return;
    }
    log(vm.getString(level), vm.getString(line));
  });
  const open = vm.unwrapResult(vm.evalCode(PRELUDE, 'prelude.js'));
  const inner = vm.unwrapResult(vm.callFunction(open, vm.undefined, emit, vm.newNumber(logLineChars)));
  const take = (name) => vm.getProp(inner, name);
  return { parse: take('parse'), stringify: take('stringify'), describe: take('describe') };
}

function evaluate(machine, request) {
  const { vm, inner } = machine;
  const input = vm.unwrapResult(vm.callFunction(inner.parse, vm.undefined, vm.newString(request.input)));
  const source = `(async function (input) {\n${request.code}\n})`;
  const compiled = vm.evalCode(source, FILE, { type: 'global', strict: true });
  if (compiled.error) return failed(machine, compiled.error, request);
  const called = vm.callFunction(compiled.value, vm.undefined, input);
  if (called.error) return failed(machine, called.error, request);
  return settle(machine, called.value, request);
}

function settle(machine, promise, request) {
  const { vm, runtime } = machine;
  while (runtime.hasPendingJob() && !machine.isLate()) {
    const done = runtime.executePendingJobs(JOBS_AT_ONCE);
    if (done.error) return failed(machine, done.error, request);
  }
  if (machine.isLate()) return { kind: 'failed', code: 'code_timeout' };
  const state = vm.getPromiseState(promise);
  if (state.type === 'fulfilled') return returned(machine, state.value, request);
  if (state.type === 'rejected') return failed(machine, state.error, request);
  const message = 'The code waits for a promise that nothing will ever settle; there are no timers and no network here';
  return { kind: 'failed', code: 'code_error', message, line: null };
}

function returned(machine, value, request) {
  const { vm, inner } = machine;
  const written = vm.callFunction(inner.stringify, vm.undefined, value);
  if (written.error) {
    const failure = failed(machine, written.error, request);
    if (failure.code !== 'code_error') return failure;
    return { ...failure, message: `What the code returned cannot be written as JSON: ${failure.message}` };
  }
  // A function, a symbol or nothing at all has no JSON.
  if (vm.typeof(written.value) !== 'string') return { kind: 'returned', json: 'null' };
  if (lengthOf(vm, written.value) > request.resultBytes) return { kind: 'failed', code: 'code_output_too_large' };
  const json = vm.getString(written.value);
  if (Buffer.byteLength(json) > request.resultBytes) return { kind: 'failed', code: 'code_output_too_large' };
  return { kind: 'returned', json };
}

function failed(machine, error, request) {
  if (machine.isLate()) return { kind: 'failed', code: 'code_timeout' };
  const { vm, runtime, inner } = machine;
  runtime.setMemoryLimit(request.memoryBytes + MEMORY_TO_EXPLAIN_BYTES);
  const described = vm.callFunction(inner.describe, vm.undefined, error);
  if (described.error) return { kind: 'failed', code: machine.isLate() ? 'code_timeout' : 'code_memory' };
  const { name, message, stack } = JSON.parse(vm.getString(described.value));
  if (name === 'InternalError' && message === 'out of memory') return { kind: 'failed', code: 'code_memory' };
  return {
    kind: 'failed',
    code: 'code_error',
    message: name === '' ? message : `${name}: ${message}`,
    line: lineOf(stack, request.code),
  };
}

/** The innermost place in the user's code. */
function lineOf(stack, code) {
  const found = /\bcode\.js:(\d+)/.exec(stack);
  if (found === null) return null;
  const lines = code.split('\n').length;
  return Math.min(Math.max(Number(found[1]) - LINES_BEFORE_CODE, 1), lines);
}

/** QuickJS itself gave up, and its memory can no longer be trusted: recursion in its own functions, or no memory. */
function failedMachine(error) {
  if (error instanceof RangeError) {
    return { kind: 'failed', code: 'code_error', message: 'InternalError: stack overflow', line: null };
  }
  const message = error instanceof Error ? error.message : String(error);
  if (/memory/i.test(message)) return { kind: 'failed', code: 'code_memory' };
  return { kind: 'failed', code: 'code_error', message, line: null };
}

function lengthOf(vm, string) {
  return vm.getNumber(vm.getProp(string, 'length'));
}
