import type { FastifyError } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { AppError, type ErrorProblem } from '../errors/app-error.ts';
import { httpErrors } from './http-errors.ts';

/** The body of every answer that is an error. */
export type ErrorBody = {
  readonly error: { readonly code: string; readonly message: string; readonly problems?: readonly ErrorProblem[] };
};

export function errorBody(error: AppError): ErrorBody {
  const { code, message, problems } = error;
  return { error: { code, message, ...(problems && { problems }) } };
}

type RequestFacts = {
  readonly contentType: string | undefined;
  readonly bodyLimitBytes: number;
  /** Nobody is there any more to read the answer. */
  readonly isReaderGone: boolean;
};

/**
 * Turns whatever was thrown while a request was answered into an error fit for the outside; undefined where it is a
 * bug of ours, which must be logged and told to nobody.
 */
export function toAppError(error: unknown, request: RequestFacts): AppError | undefined {
  if (error instanceof AppError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) return invalidRequest(error);
  const { code, statusCode } = error as Partial<FastifyError>;
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return httpErrors.body_too_large(request.bodyLimitBytes);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return httpErrors.unsupported_media_type(JSON.stringify(request.contentType ?? 'none'));
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return httpErrors.invalid_request('The body is not as long as its Content-Length says.');
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_ASYNC_CONSTRAINT':
      return httpErrors.bad_url();
    default:
      // The sender went away, or its body broke off.
      if (code === 'ECONNRESET' || statusCode === 400) return httpErrors.malformed_request();
      if (code === 'ERR_STREAM_PREMATURE_CLOSE' && request.isReaderGone) return httpErrors.malformed_request();
      return undefined;
  }
}

type Invalid = Parameters<typeof toProblem>[1] & { validationContext?: string | undefined };

function invalidRequest(error: { validation: readonly Invalid[]; validationContext?: string | undefined }): AppError {
  const part = PARTS[error.validationContext ?? 'body'] ?? 'body';
  const problems = error.validation.flatMap((issue) => toProblem(part, issue));
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return httpErrors.invalid_request(
    `The ${part} is not as it should be: ${first?.path || '/'} ${first?.message}${more}.`,
    {
      problems,
    },
  );
}

const PARTS: Readonly<Record<string, string>> = {
  body: 'body',
  querystring: 'query',
  params: 'path',
  headers: 'headers',
};

/** One problem for each unknown key, so that each has its own path. */
function toProblem(
  part: string,
  issue: {
    readonly keyword: string;
    readonly instancePath: string;
    readonly message?: string;
    readonly params: object;
  },
): ErrorProblem[] {
  // The body is what a caller points into; other parts are named in front.
  const root = part === 'body' ? '' : `/${part}`;
  const path = root + (issue.instancePath === '/' ? '' : issue.instancePath);
  const { keys } = issue.params as { keys?: readonly string[] };
  if (issue.keyword === 'unrecognized_keys' && keys) {
    return keys.map((key) => ({
      path: `${path}/${key}`,
      message: 'is not a known key; remove it',
      code: 'unknown_key',
    }));
  }
  return [{ path, message: lowerFirst(issue.message ?? 'is not valid'), code: issue.keyword }];
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
