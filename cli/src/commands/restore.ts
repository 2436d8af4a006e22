import { Command } from 'commander';
import type { Terminal } from '../terminal.ts';
import { explain } from './backup.ts';

/** `restore FILE`: a backup into an empty database. */
export function restoreCommand(terminal: Terminal, env: NodeJS.ProcessEnv): Command {
  return new Command('restore')
    .description('put a backup into an empty database; nothing is sent until you confirm')
    .argument('<file>', 'what `mainspring backup` wrote')
    .action(async (file: string) => {
      const { restore } = await import('@mainspring/app/server/backup.ts');
      const { tables, rows, createdAt } = await restore(env, file).catch(explain);
      terminal.line(`Restored ${rows} rows of ${tables} tables, as they were at ${createdAt}.`);
      terminal.line('Put the master key of that server in its place before you start this one.');
    });
}
