import { errorTable } from '../errors/app-error.ts';

export const rateLimitErrors = errorTable({
  too_many_requests: {
    status: 429,
    message: (limit: { readonly max: number; readonly seconds: number }) =>
      `More than ${limit.max} requests in ${limit.seconds} s came from here. Wait as Retry-After says.`,
  },
  too_many_wrong_keys: {
    status: 429,
    message: 'Too many unknown API keys came from this address. Wait as Retry-After says, then send a valid one.',
  },
});
