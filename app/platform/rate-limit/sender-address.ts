import { normalizeIP } from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';

/** Where a request comes from, in one form. A sender whose connection is closed by now has no address any more. */
export function senderAddress(request: FastifyRequest): string {
  const ip: string | undefined = request.ip;
  return ip === undefined ? 'gone' : normalizeIP(ip);
}
