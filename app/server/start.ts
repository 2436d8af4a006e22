/** `npm start`: everything in one process, or the roles of MAINSPRING_ROLES. */
import { pino } from 'pino';
import { type Config, readConfig } from '../platform/config/config.ts';
import { createLog } from '../platform/log/log.ts';
import { endOnSignals } from './end-on-signals.ts';
import { explainFailure } from './explain-failure.ts';
import { type RunningServer, startServer } from './start-server.ts';

/** Starts the server, says where it is, and keeps it until a signal ends it. Exits with 1 where it cannot start. */
export async function runServer(readSettings: () => Config): Promise<void> {
  try {
    const config = readSettings();
    // The log goes to standard error, what people are to read to standard output.
    const log = createLog({ level: process.stdout.isTTY ? 'warn' : 'info', destination: pino.destination(2) });
    const starting = startServer(config, log);
    endOnSignals(async () => (await starting).stop());
    process.stdout.write(announcement(await starting, config));
  } catch (error) {
    process.stderr.write(`Mainspring could not start. ${explainFailure(error)}\n`);
    process.exit(1);
  }
}

function announcement({ url, newApiKey, signInUrl, sendingHeld }: RunningServer, config: Config): string {
  const where = url === null ? 'Mainspring is working.' : `Mainspring is running at ${url}`;
  const held = sendingHeld ? ['', SENDING_HELD] : [];
  if (url === null || !config.roles.includes('api')) return `${[where, ...held].join('\n')}\n`;
  const lines = [where, `The API is described at ${url}/api/docs`, ...held];
  if (signInUrl !== null)
    lines.push('', 'To make your account, open this address; it works once:', '', `  ${signInUrl}`);
  if (newApiKey !== null) lines.push('', ...greeting(url, newApiKey, config.apiKey === undefined));
  return `${lines.join('\n')}\n`;
}

/** Said wherever an operator looks after a restore. */
const SENDING_HELD =
  'A backup was restored: steps that send wait until you confirm with `npx mainspring restore --confirm`. Make sure first that the server it was taken from no longer runs.';

function greeting(url: string, apiKey: string, isNew: boolean): readonly string[] {
  return [
    ...(isNew ? ['Your API key, shown only this once:', '', `  ${apiKey}`, '', 'Try it:', ''] : ['Try it:', '']),
    `  export KEY=${isNew ? apiKey : '<the value of MAINSPRING_API_KEY>'}`,
    `  curl -H "Authorization: Bearer $KEY" ${url}/api/v1/node-types`,
    `  curl -H "Authorization: Bearer $KEY" ${url}/api/v1/workflows`,
  ];
}

if (import.meta.main) await runServer(() => readConfig(process.env));
