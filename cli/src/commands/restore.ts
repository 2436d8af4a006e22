import { Command } from 'commander';
import { CommandFailure } from '../command-failure.ts';
import type { Terminal } from '../terminal.ts';
import { explain } from './backup.ts';

/** `restore FILE`: a backup into an empty database. `restore --confirm`: what it holds back may leave. */
export function restoreCommand(terminal: Terminal, env: NodeJS.ProcessEnv): Command {
  return new Command('restore')
    .description('put a backup into an empty database; nothing is sent until you confirm')
    .argument('[file]', 'what `mainspring backup` wrote')
    .option('--confirm', 'let the steps that send go on, once the server that was backed up no longer runs')
    .action(async (file: string | undefined, { confirm }: { readonly confirm?: true }) => {
      if ((file === undefined) === (confirm === undefined)) {
        throw new CommandFailure('name a file to restore, or give --confirm after a restore');
      }
      const server = await import('@mainspring/app/server/backup.ts');
      if (file === undefined) {
        const confirmed = await server.confirmRestores(env).catch(explain);
        terminal.line(
          confirmed === 0 ? 'Nothing was held.' : `Sending goes on within a minute, organizations: ${confirmed}.`,
        );
        return;
      }
      const { tables, rows, createdAt } = await server.restore(env, file).catch(explain);
      terminal.line(`Restored ${rows} rows of ${tables} tables, as they were at ${createdAt}.`);
      terminal.line('Put the master key of that server in its place, then start this one.');
      terminal.line('Steps that send wait until you say `npx mainspring restore --confirm`.');
    });
}
