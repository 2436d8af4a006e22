import type { Problem } from '@mainspring/engine/definition/problem.ts';
import { printable } from './print-trace.ts';
import type { Terminal } from './terminal.ts';

/** One line a problem, errors first: `/nodes/2/input/to: Node 'text': …`. Warnings say that they are. */
export function printProblems(problems: readonly Problem[], terminal: Terminal): void {
  const errors = problems.filter((problem) => problem.severity === 'error');
  const warnings = problems.filter((problem) => problem.severity === 'warning');
  for (const problem of errors) terminal.line(printable(`${problem.path || '/'}: ${problem.message}`));
  for (const problem of warnings) terminal.line(printable(`${problem.path || '/'}: warning: ${problem.message}`));
}
