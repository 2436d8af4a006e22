import { Command } from 'commander';

/** `worker`: carries out runs beside servers that take requests. */
export function workerCommand(env: NodeJS.ProcessEnv): Command {
  return new Command('worker')
    .description('start a process that carries out runs, on the database of DATABASE_URL')
    .action(async () => {
      const { runServer } = await import('@mainspring/app/server/start.ts');
      const { readWorkerConfig } = await import('@mainspring/app/server/worker.ts');
      await runServer(() => readWorkerConfig(env));
    });
}
