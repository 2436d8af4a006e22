// A server process for tests that kill one: `node embedded-server.ts <data folder>` starts PostgreSQL over the folder,
// prints `{ connection, pid }` or `{ error, message }` as a line, and stays until it is killed, or until
// whoever started it is gone.
import { pino } from 'pino';
import { startEmbeddedPostgres } from '../embedded/start-embedded-postgres.ts';

try {
  const dataDir = process.argv[2] ?? '';
  const postgres = await startEmbeddedPostgres({ dataDir, log: pino({ level: 'silent' }) });
  console.log(JSON.stringify({ connection: postgres.connection, pid: postgres.pid }));
  process.stdin.on('end', () => process.exit()).resume();
  process.on('SIGTERM', () => void postgres.stop().then(() => process.exit()));
} catch (error) {
  const { name, message } = error as Error;
  console.log(JSON.stringify({ error: name, message }));
}
