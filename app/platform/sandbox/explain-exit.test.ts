import { expect, test } from 'vitest';
import { explainExit } from './explain-exit.ts';

test.each([
  [{ code: 0, signal: null }, '', 'code_crashed', 'exit code 0'],
  [{ code: null, signal: 'SIGSEGV' }, '', 'code_crashed', 'signal SIGSEGV'],
  [{ code: null, signal: 'SIGABRT' }, 'FATAL ERROR: Reached heap limit Allocation failed', 'code_memory', '64 MB'],
  [{ code: 134, signal: null }, 'JavaScript heap out of memory', 'code_memory', '64 MB'],
  [{ code: 1, signal: null }, "terminate called after throwing 'std::bad_alloc'", 'code_memory', '64 MB'],
] as const)('%j with the words %j is %s', (exit, complaint, code, said) => {
  const failure = explainExit(exit, complaint, { memoryMb: 64 });
  expect(failure).toMatchObject({ code, message: expect.stringContaining(said) });
});
