import type { Json } from '@mainspring/engine/json.ts';
import { type ActionError, retryable, terminal } from '@mainspring/sdk/failure.ts';
import type { CodeFailureCode, CodeOutcome } from '../../../platform/sandbox/code-outcome.ts';

/**
 * Every code with which `code.run` fails, and whether another attempt makes sense: the same code with the same input
 * fails again; a process that could not be started may come about later.
 */
const FAILURES: { readonly [code in CodeFailureCode | 'code_unavailable']: typeof terminal } = {
  code_error: terminal,
  code_timeout: terminal,
  code_memory: terminal,
  code_output_too_large: terminal,
  code_input_too_large: terminal,
  code_crashed: terminal,
  code_unavailable: retryable,
};

/** What the step fails with. Its details hold the line of the code and what the code had written to its console. */
export function codeFailure(outcome: Exclude<CodeOutcome, { readonly kind: 'returned' }>): ActionError {
  if (outcome.kind === 'unavailable') return FAILURES.code_unavailable('code_unavailable', outcome.message);
  const details: Json = { line: outcome.line, logs: outcome.logs.map(({ level, message }) => ({ level, message })) };
  return FAILURES[outcome.code](outcome.code, outcome.message, { details });
}
