import { errorTable } from '../errors/app-error.ts';

export const authErrors = errorTable({
  missing_api_key: {
    status: 401,
    message: 'This call needs an API key. Send it as the header Authorization: Bearer <api key>, or sign in.',
  },
  invalid_api_key: {
    status: 401,
    message:
      'The API key is unknown, has expired or was revoked. Send a valid one as the header Authorization: Bearer <api key>.',
  },
  invalid_session: {
    status: 401,
    message:
      'You are not signed in, or your session has ended. Sign in again, or send an API key as the header ' +
      'Authorization: Bearer <api key>.',
  },
  cross_site_request: {
    status: 403,
    message: (origin: string) =>
      `A change that rests on a cookie must come from a page of this server, and this one came from ${origin}.`,
  },
  organization_not_found: { status: 404, message: 'There is no such organization.' },
  forbidden: { status: 403, message: (reason: string) => reason },
  invalid_idempotency_key: {
    status: 400,
    message: 'The header Idempotency-Key must be 1 to 255 printable ASCII characters, and stand once.',
  },
  idempotency_key_reused: {
    status: 422,
    message: 'This Idempotency-Key was used for another request. Send a new key, or the very same request again.',
  },
  idempotency_key_in_progress: {
    status: 409,
    message: 'The first request with this Idempotency-Key is still being worked on. Send it again in a second.',
  },
});
