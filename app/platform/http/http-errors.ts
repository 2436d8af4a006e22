import { errorTable } from '../errors/app-error.ts';

/** What the server itself refuses, before a feature sees the request. */
export const httpErrors = errorTable({
  invalid_request: { status: 400, message: (what: string) => what },
  malformed_request: { status: 400, message: 'The request is not well-formed HTTP.' },
  bad_url: { status: 400, message: 'The URL holds a broken escape; % must be followed by two hexadecimal digits.' },
  unsafe_text: { status: 400, message: (where: string) => `${where} holds a NUL character (%00); remove it.` },
  route_not_found: {
    status: 404,
    message: (request: string) => `There is nothing at ${request}. The API is described at /api/docs.`,
  },
  request_timeout: { status: 408, message: 'The request did not arrive in time; send it without pauses.' },
  body_too_large: {
    status: 413,
    message: (limitBytes: number) => `The body is larger than the ${limitBytes} bytes taken here; send less at once.`,
  },
  unsupported_media_type: {
    status: 415,
    message: (given: string) => `The content type ${given} is not taken here; send application/json.`,
  },
  unsupported_encoding: {
    status: 415,
    message: (given: string) => `The content encoding ${given} is not taken; send the body uncompressed.`,
  },
  headers_too_large: { status: 431, message: 'The headers of the request are too large; 16 KB are taken.' },
  internal: {
    status: 500,
    message: (requestId: string) =>
      `Something went wrong in Mainspring. Its log tells more about the request ${requestId}.`,
  },
  shutting_down: { status: 503, message: 'The server is shutting down; try again in a moment.' },
});
