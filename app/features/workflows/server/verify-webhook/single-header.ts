import type { SignedRequest } from './verify-webhook.ts';

/** The value of a header that must stand once; a repeated one counts as missing, so that nobody can hide one behind another. */
export function singleHeader(request: SignedRequest, name: string): string | undefined {
  const value = request.headers[name.toLowerCase()];
  return typeof value === 'string' ? value : undefined;
}
