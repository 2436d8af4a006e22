/**
 * The one error that becomes an answer: a caller's mistake, or a state in which the call makes no sense.
 * Each slice keeps its codes in one table (`errorTable`); codes are public and never reused.
 */

/** One thing that is wrong with a request. `path` is a JSON pointer into what was sent, empty for the whole. */
export type ErrorProblem = { readonly path: string; readonly message: string; readonly code?: string };

type Options = {
  readonly problems?: readonly ErrorProblem[];
  /** Sent as `Retry-After`. */
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
};

export class AppError extends Error {
  readonly code: string;
  /** HTTP status, 400 to 599. */
  readonly status: number;
  readonly problems: readonly ErrorProblem[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: string, status: number, message: string, options: Options = {}) {
    super(message, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.status = status;
    this.problems = options.problems;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** `message` is a text, or a function of what was wrong. */
type ErrorEntry = { readonly status: number; readonly message: string | ((detail: never) => string) };

type ErrorMaker<Entry extends ErrorEntry> = Entry['message'] extends (detail: infer Detail) => string
  ? (detail: Detail, options?: Options) => AppError
  : (options?: Options) => AppError;

/**
 * A slice's error table: code to status and message. Gives one maker for each code:
 * `throw runErrors.run_not_found()`, `throw runErrors.bad_status('sleeping', { problems })`.
 */
export function errorTable<const Table extends { readonly [code: string]: ErrorEntry }>(
  table: Table,
): { readonly [Code in keyof Table]: ErrorMaker<Table[Code]> } {
  const makers = Object.entries(table).map(([code, { status, message }]) => {
    if (typeof message === 'string') {
      return [code, (options?: Options) => new AppError(code, status, message, options)];
    }
    const describe = message as (detail: unknown) => string;
    return [code, (detail: unknown, options?: Options) => new AppError(code, status, describe(detail), options)];
  });
  return Object.fromEntries(makers);
}
