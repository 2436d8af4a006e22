/**
 * The outside world of the examples, on one loopback address: takes texts, calls, tasks and bookings, prints each and
 * answers as such services do. Contracts always fail, so that the saga rolls back.
 * Run it by `npx node examples/services.ts`; the server must be allowed to reach it (see README.md).
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Call = {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  /** The same on every attempt of one step: `organization/run/step`, with `#item` inside loops. */
  readonly idempotencyKey: string | null;
};

export type Services = {
  /** `http://127.0.0.1:8787`: what the inputs name as `services`. */
  readonly url: string;
  /** What came in so far, in order. */
  readonly calls: readonly Call[];
  readonly close: () => Promise<void>;
};

type Answer = { readonly status: number; readonly body: unknown };

const BIRTHDAYS = [
  { id: 'lead_11', firstName: 'Ada', phone: '+15550100111' },
  { id: 'lead_12', firstName: 'Finn', phone: '+15550100112' },
  { id: 'lead_13', firstName: 'Rosa', phone: '+15550100113' },
];
const TASKS = [
  { id: 'task_1', title: 'Send the plan to Priya', rank: 1, minutes: 15 },
  { id: 'task_2', title: 'Call Elena back', rank: 3, minutes: 20 },
  { id: 'task_3', title: 'Order resistance bands', rank: 2, minutes: 10 },
];

/** Port 0 takes any that is free. */
export async function startServices(port: number, onCall: (call: Call) => void = () => {}): Promise<Services> {
  const calls: Call[] = [];
  const server = createServer(async (request, response) => {
    const { method = 'GET', url = '/', headers } = request;
    const key = headers['idempotency-key'];
    const call = { method, path: url, body: await readBody(request), idempotencyKey: key?.toString() ?? null };
    calls.push(call);
    onCall(call);
    const { status, body } = answer(call, calls.length);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer({ method, path }: Call, count: number): Answer {
  const { pathname } = new URL(path, 'http://services');
  const noun = pathname.split('/')[1] ?? '';
  if (method === 'GET' && noun === 'leads') return { status: 200, body: { items: BIRTHDAYS } };
  if (method === 'GET' && noun === 'tasks') return { status: 200, body: { items: TASKS } };
  if (noun === 'contracts') return { status: 422, body: { error: 'the signing service knows no template "retreat"' } };
  if (noun === 'discounts') return { status: 201, body: { id: `discount_${count}`, code: `SAVE10-${count}` } };
  if (noun === 'calendar')
    return { status: 201, body: { id: `event_${count}`, link: `https://calendar.example.com/e/${count}` } };
  return { status: method === 'POST' ? 201 : 200, body: { id: `${noun}_${count}` } };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

if (import.meta.main) {
  const { url } = await startServices(8787, ({ method, path, body }) => {
    process.stdout.write(`${method} ${path} ${body}\n`);
  });
  process.stdout.write(`Services of the examples answer at ${url}\n`);
}
