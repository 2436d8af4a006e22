import type { Connection } from '../../platform/db/embedded/start-embedded-postgres.ts';

/** A database as DATABASE_URL names it. */
export function databaseUrl({ user, password, host, port, database }: Connection): string {
  const url = new URL(`postgres://${user}:${encodeURIComponent(password)}@localhost:${port}/${database}`);
  url.searchParams.set('host', host);
  return url.href;
}
