import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';
import { REDACTED, redact, redactText } from './redact.ts';

export type Log = Logger;
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

const BOUND_SECRETS = ['authorization', 'cookie', 'password', 'secret', 'token', 'key', 'apiKey'];

/**
 * Makes the logger: one JSON object a line, to standard output unless a destination is given. Secrets are taken out
 * of every object and text that passes through it.
 */
export function createLog(options: { level?: LogLevel; destination?: DestinationStream } = {}): Log {
  const settings: LoggerOptions = {
    level: options.level ?? 'info',
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: {
      level: (label) => ({ level: label }),
      log: (line) => redact(line) as Record<string, unknown>,
    },
    // The bindings of a child logger pass by the formatter above.
    redact: { paths: BOUND_SECRETS, censor: REDACTED },
    // The formatter has already made plain objects of errors.
    serializers: { err: (error) => error },
    hooks: {
      logMethod(args, method) {
        const clean = args.map((arg) => (typeof arg === 'string' ? redactText(arg) : arg));
        method.apply(this, clean as Parameters<typeof method>);
      },
    },
  };
  return options.destination ? pino(settings, options.destination) : pino(settings);
}
