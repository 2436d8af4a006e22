import { CODE_LIMITS } from './code-limits.ts';
import type { CodeFailure, CodeRequest } from './code-outcome.ts';

export function timedOut({ timeoutMs }: Pick<CodeRequest, 'timeoutMs'>): CodeFailure {
  const right = `let it do less at once, or allow it more time (at most ${CODE_LIMITS.timeoutMs.most / 1000} s)`;
  return failure('code_timeout', `The code ran longer than its ${timeoutMs / 1000} s; ${right}.`);
}

export function outOfMemory({ memoryMb }: Pick<CodeRequest, 'memoryMb'>): CodeFailure {
  const right = `let it hold less at once, or allow it more memory (at most ${CODE_LIMITS.memoryMb.most} MB)`;
  return failure('code_memory', `The code needed more than its ${memoryMb} MB of memory; ${right}.`);
}

export function outputTooLarge(): CodeFailure {
  const most = `${CODE_LIMITS.resultBytes / 1024} KB of JSON`;
  return failure('code_output_too_large', `The code may return at most ${most}; return less.`);
}

export function inputTooLarge(chars: number): CodeFailure {
  const most = `at most ${CODE_LIMITS.inputChars} are handed over`;
  return failure(
    'code_input_too_large',
    `The input has ${chars} characters as JSON; ${most}. Pass only what it needs.`,
  );
}

export function crashed(how: string): CodeFailure {
  return failure('code_crashed', `The process of the code ended without an answer (${how}).`);
}

export function codeError(message: string, line: number | null): CodeFailure {
  const place = line === null ? '' : ` (line ${line})`;
  return { code: 'code_error', message: `${message}${place}`, line };
}

function failure(code: CodeFailure['code'], message: string): CodeFailure {
  return { code, message, line: null };
}
