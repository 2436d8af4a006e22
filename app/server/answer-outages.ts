import pg from 'pg';
import { type AppError, errorTable } from '../platform/errors/app-error.ts';
import type { HttpServer } from '../platform/http/http-server.ts';
import { Overloaded } from '../runtime/public.ts';

const outageErrors = errorTable({
  overloaded: { status: 503, message: 'The server is taking in as much as it can. Try again in a second.' },
  database_unavailable: { status: 503, message: 'The database does not answer. Nothing was stored; try again soon.' },
});

const DATABASE_RETRY_SECONDS = 5;
/** Of Node, when a connection cannot be made or breaks. */
const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
]);
/**
 * Of PostgreSQL: connection exceptions, too many connections, shutdown, disk full, and a statement that took too long.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const SERVER_CODES = /^(08|53|57)/;
/** `pg` gives these no code. */
const CLIENT_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Cannot use a pool after calling end)/;

/** Routes added to `scope` answer 503 where nothing is wrong but that there is too much to do, or no database. */
export function answerOutages(scope: HttpServer): void {
  scope.setErrorHandler((error) => {
    throw toOutage(error) ?? error;
  });
}

export function toOutage(error: unknown): AppError | undefined {
  if (error instanceof Overloaded) {
    return outageErrors.overloaded({ retryAfterSeconds: error.retryAfterSeconds, cause: error });
  }
  if (isDatabaseAway(error)) {
    return outageErrors.database_unavailable({ retryAfterSeconds: DATABASE_RETRY_SECONDS, cause: error });
  }
  return undefined;
}

/** True where the connection failed, not the statement: the same may succeed later. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof pg.DatabaseError) return SERVER_CODES.test(code ?? '');
  return (code !== undefined && NETWORK_CODES.has(code)) || CLIENT_MESSAGES.test(error.message);
}
