import { Command } from 'commander';

/** `start`: everything in one process, or the roles of MAINSPRING_ROLES. Loaded late: other commands need no server. */
export function startCommand(env: NodeJS.ProcessEnv): Command {
  return new Command('start')
    .description('start the server: database, API, worker, scheduler; settings come from the environment')
    .action(async () => {
      const { startFromEnvironment } = await import('@mainspring/app/server/start-from-environment.ts');
      await startFromEnvironment(env);
    });
}
