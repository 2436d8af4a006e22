import { createOfflineActions } from '@mainspring/app/server/offline-actions.ts';
import type { WorkflowDefinition } from '@mainspring/engine/definition/format.ts';
import { parseDefinition } from '@mainspring/engine/definition/parse.ts';
import type { Problem } from '@mainspring/engine/definition/problem.ts';
import { validateDefinition } from '@mainspring/engine/definition/validate.ts';
import { CommandFailure } from './command-failure.ts';
import { printProblems } from './print-problems.ts';
import { readJsonFile } from './read-json-file.ts';
import type { Terminal } from './terminal.ts';

/** The definition in a file. Prints every problem; throws CommandFailure where one of them is an error. */
export async function readSoundDefinition(path: string, terminal: Terminal): Promise<WorkflowDefinition> {
  const parsed = parseDefinition(await readJsonFile(path));
  const problems = parsed.ok
    ? validateDefinition(parsed.definition, { actions: createOfflineActions().catalogue })
    : parsed.problems;
  printProblems(problems, terminal);
  const errors = countErrors(problems);
  if (parsed.ok && errors === 0) return parsed.definition;
  throw new CommandFailure(`${path} has ${errors === 1 ? 'an error' : `${errors} errors`}`);
}

function countErrors(problems: readonly Problem[]): number {
  return problems.filter((problem) => problem.severity === 'error').length;
}
