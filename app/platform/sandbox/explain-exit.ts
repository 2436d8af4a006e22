import { crashed, outOfMemory } from './code-failures.ts';
import type { CodeFailure, CodeRequest } from './code-outcome.ts';

/** How a process ended: one of both is null. */
export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** Why a process ended before it had answered, from its end and what it wrote to its error output. */
export function explainExit(exit: Exit, complaint: string, request: Pick<CodeRequest, 'memoryMb'>): CodeFailure {
  if (/out of memory|allocation fail|bad_alloc|cannot allocate/i.test(complaint)) return outOfMemory(request);
  return crashed(exit.signal === null ? `exit code ${exit.code}` : `signal ${exit.signal}`);
}
