import type { Logger } from 'pino';

/** The part of a logger that the database code uses. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;
