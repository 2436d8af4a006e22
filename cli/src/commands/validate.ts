import { Command } from 'commander';
import { readSoundDefinition } from '../read-sound-definition.ts';
import type { Terminal } from '../terminal.ts';

/** `validate FILE`: every problem on a line of its own; exits 1 where one of them is an error. */
export function validateCommand(terminal: Terminal): Command {
  return new Command('validate')
    .description('check a workflow definition and print every problem as path: message')
    .argument('<file>', 'a definition of the format mainspring/workflow@1')
    .action(async (file: string) => {
      await readSoundDefinition(file, terminal);
      terminal.line(`${file} is valid`);
    });
}
