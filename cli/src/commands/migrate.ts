import { Command } from 'commander';

/** `migrate`: brings the database up to this version and ends. */
export function migrateCommand(env: NodeJS.ProcessEnv): Command {
  return new Command('migrate').description('bring the database up to this version, and end').action(async () => {
    const { migrateOnly } = await import('@mainspring/app/server/migrate.ts');
    await migrateOnly(env);
  });
}
