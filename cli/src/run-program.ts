import { Command, CommanderError } from 'commander';
import about from '../package.json' with { type: 'json' };
import { CommandFailure } from './command-failure.ts';
import { auditCommand } from './commands/audit.ts';
import { backupCommand } from './commands/backup.ts';
import { doctorCommand } from './commands/doctor.ts';
import { migrateCommand } from './commands/migrate.ts';
import { restoreCommand } from './commands/restore.ts';
import { rotateKeyCommand } from './commands/rotate-key.ts';
import { runCommand } from './commands/run.ts';
import { simulateCommand } from './commands/simulate.ts';
import { startCommand } from './commands/start.ts';
import { validateCommand } from './commands/validate.ts';
import { workerCommand } from './commands/worker.ts';
import type { Terminal } from './terminal.ts';

/**
 * Runs one command line, without the program's name. Answers the exit code: 0 where it did what was asked, 1 where it
 * could not, 2 where the command line itself is wrong. Anything else thrown is a bug and comes out with its stack.
 */
export async function runProgram(
  args: readonly string[],
  { terminal, env }: { readonly terminal: Terminal; readonly env: NodeJS.ProcessEnv },
): Promise<number> {
  const program = new Command('mainspring')
    .description('Automation for people who look after clients: wind it once, and it keeps running.')
    .version(about.version, '-v, --version', 'print the version')
    .addCommand(startCommand(env))
    .addCommand(workerCommand(env))
    .addCommand(migrateCommand(env))
    .addCommand(validateCommand(terminal))
    .addCommand(simulateCommand(terminal))
    .addCommand(runCommand(terminal, env))
    .addCommand(doctorCommand(terminal, env))
    .addCommand(auditCommand(terminal, env))
    .addCommand(rotateKeyCommand(terminal, env))
    .addCommand(backupCommand(terminal, env))
    .addCommand(restoreCommand(terminal, env));
  for (const command of withSubcommands(program)) {
    command.exitOverride().configureOutput({
      writeOut: (text) => terminal.line(text.trimEnd()),
      writeErr: (text) => terminal.problem(text.trimEnd()),
    });
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof CommandFailure)) throw error;
    terminal.problem(`mainspring: ${error.message}`);
    return 1;
  }
}

function withSubcommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}
