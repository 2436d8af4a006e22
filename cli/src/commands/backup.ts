import { Command } from 'commander';
import { CommandFailure } from '../command-failure.ts';
import type { Terminal } from '../terminal.ts';

/** `backup FILE`: everything in the database, at one moment, beside running servers too. */
export function backupCommand(terminal: Terminal, env: NodeJS.ProcessEnv): Command {
  return new Command('backup')
    .description('write everything in the database into one file, also while servers run')
    .argument('<file>', 'where to write it; must not exist')
    .action(async (file: string) => {
      const { backUp } = await import('@mainspring/app/server/backup.ts');
      const { tables, rows } = await backUp(env, file).catch(explain);
      terminal.line(`Wrote ${rows} rows of ${tables} tables to ${file}.`);
      terminal.line(KEY_IS_NOT_IN_IT);
    });
}

const KEY_IS_NOT_IN_IT =
  'The master key is not in it: keep secret.key of the data folder, or MAINSPRING_SECRET_KEY, in another safe place. Without it, no server starts over the restored database.';

/** What went wrong, as the operator can put it right. */
export async function explain(error: unknown): Promise<never> {
  const { explainFailure } = await import('@mainspring/app/server/explain-failure.ts');
  throw new CommandFailure(explainFailure(error));
}
