import { createActionCatalogue } from '@mainspring/app/server/action-facts.ts';
import { parseDefinition } from '@mainspring/engine/definition/parse.ts';
import type { Problem } from '@mainspring/engine/definition/problem.ts';
import { validateDefinition } from '@mainspring/engine/definition/validate.ts';
import type { Json } from '@mainspring/engine/json.ts';
import { Command } from 'commander';
import { CommandFailure } from '../command-failure.ts';
import { printProblems } from '../print-problems.ts';
import { readJsonFile } from '../read-json-file.ts';
import type { Terminal } from '../terminal.ts';

/** `validate FILE`: every problem on a line of its own; exits 1 where one of them is an error. */
export function validateCommand(terminal: Terminal): Command {
  return new Command('validate')
    .description('check a workflow definition and print every problem as path: message')
    .argument('<file>', 'a definition of the format mainspring/workflow@1')
    .action(async (file: string) => {
      const problems = findProblems(await readJsonFile(file));
      printProblems(problems, terminal);
      const errors = problems.filter((problem) => problem.severity === 'error').length;
      if (errors > 0) throw new CommandFailure(`${file} has ${errors === 1 ? 'an error' : `${errors} errors`}`);
      terminal.line(`${file} is valid`);
    });
}

function findProblems(document: Json): readonly Problem[] {
  const parsed = parseDefinition(document);
  if (!parsed.ok) return parsed.problems;
  return validateDefinition(parsed.definition, { actions: createActionCatalogue() });
}
