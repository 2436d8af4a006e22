import { terminal } from '@mainspring/sdk/failure.ts';
import type { Connections } from '../../../connections/server/public.ts';

/** What is stored, by name; all for one organization. `hosts` may come from a port that is known later. */
export function storedConnections(hosts: readonly string[] = [], secret = 'canary-secret'): Connections {
  const http = {
    name: 'crm',
    hosts,
    headers: () => ({ 'x-api-key': secret }),
    query: () => ({}),
    secrets: () => [secret],
  };
  return {
    open: async (_organizationId, reference) => {
      switch (reference) {
        case 'crm':
          return { kind: 'http', credentials: http };
        case 'signing':
          return { kind: 'webhook', credentials: { ...http, headers: () => ({}) }, signingSecret: () => secret };
        case 'mail':
          return { kind: 'smtp', url: () => 'smtp://mail.example.com', from: null };
        default:
          throw terminal('connection_not_found', 'There is none.');
      }
    },
  };
}
