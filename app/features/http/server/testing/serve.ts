import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ActionContext } from '@mainspring/sdk/action.ts';
import { createEgress, type Egress } from '../../../../platform/egress/egress.ts';
import { createLog } from '../../../../platform/log/log.ts';

export type Seen = { method: string; url: string; headers: IncomingMessage['headers']; body: string };

/** A service on loopback that keeps what it was sent, and an egress that may reach it. */
export async function serve(answer: (response: ServerResponse, seen: Seen) => void) {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const one = { method, url, headers, body: Buffer.concat(chunks).toString('utf8') };
      seen.push(one);
      answer(response, one);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const egress: Egress = createEgress({
    allowPrivateHosts: [`127.0.0.1:${port}`],
    log: createLog({ level: 'silent' }),
  });
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  const close = async () => {
    await stop();
    await egress.close();
  };
  return { url: `http://127.0.0.1:${port}`, port, seen, egress, stop, close };
}

export function actionContext(changes: Partial<ActionContext> = {}): ActionContext {
  return {
    organizationId: '00000000-0000-7000-8000-000000000001',
    runId: '00000000-0000-7000-8000-000000000002',
    workflowId: '00000000-0000-7000-8000-000000000003',
    step: 'call',
    attempt: 1,
    idempotencyKey: 'org/run/call/0',
    signal: new AbortController().signal,
    now: new Date('2026-11-21T12:00:00Z'),
    log: () => {},
    ...changes,
  };
}
