/** How many may follow runs at a time, and that whoever leaves, in whatever way, leaves their place. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { closeHttpServer, createHttpServer } from '../../../platform/http/create-http-server.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { newId } from '../../../platform/ids/id.ts';
import { createLog } from '../../../platform/log/log.ts';
import type { RunView, StepView } from '../../../runtime/public.ts';
import { createRunStreams } from './run-stream.ts';

const RUN_ID = newId();
const LIMITS = { perProcess: 4, perOrganization: 3 };

let server: HttpServer;
let port: number;
const sockets: Socket[] = [];
beforeEach(async () => {
  server = await createHttpServer({ log: createLog({ level: 'silent' }) });
  server.decorateRequest('organizationId', '');
  const streams = createRunStreams({ db: undefined as never, runtime: runtime() as never }, LIMITS);
  server.addHook('preClose', async () => streams.end());
  server.get<{ Params: { org: string } }>('/:org', async (request, reply) => {
    request.organizationId = request.params.org;
    return streams.answer(request, reply, RUN_ID);
  });
  port = Number(new URL(await server.listen({ port: 0, host: '127.0.0.1' })).port);
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await closeHttpServer(server, 1000);
});

/** One run that goes on for ever, with a step too large for a connection's buffers. */
function runtime() {
  const run = { id: RUN_ID, status: 'waiting', finishedAt: null } as unknown as RunView;
  const step = { id: 'big', attempt: 1, status: 'completed', output: 'x'.repeat(3_000_000) } as unknown as StepView;
  return {
    findRun: async () => run,
    listSteps: async () => [step],
    watchRun: () => () => {},
  };
}

const follow = (organization: string) => `GET /${organization} HTTP/1.1\r\nHost: x\r\n\r\n`;

async function open(...requests: string[]): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(requests.join(''));
  return socket;
}

/** The status with which one more follower is answered; 200 is left again at once. */
async function ask(organization: string): Promise<number> {
  const socket = await open(follow(organization));
  const [head] = await once(socket, 'data');
  socket.destroy();
  return Number(/^HTTP\/1.1 (\d+)/.exec(String(head))?.[1]);
}

/** Until it is so: whoever left is noticed a moment later. */
async function eventually(organization: string, status: number): Promise<void> {
  for (let look = 0; look < 200; look++) {
    if ((await ask(organization)) === status) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`is never answered ${status}`);
}

async function fill(organization: string, count: number): Promise<Socket[]> {
  const opened = await Promise.all(Array.from({ length: count }, () => open(follow(organization))));
  await Promise.all(opened.map((socket) => once(socket, 'data')));
  return opened;
}

describe('places', () => {
  test('of one organization are fewer than there are', async () => {
    await fill('one', LIMITS.perOrganization);
    expect(await ask('one')).toBe(503);
    expect(await ask('two')).toBe(200);
  });

  test('of all end too', async () => {
    await fill('one', 2);
    await fill('two', 2);
    expect(await ask('three')).toBe(503);
  });

  test.each<[string, (socket: Socket) => void]>([
    ['closes', (socket) => socket.end()],
    ['is cut off', (socket) => socket.resetAndDestroy()],
    ['goes on with something else', (socket) => socket.write('NONSENSE\r\n\r\n')],
    ['goes on with CONNECT', (socket) => socket.write('CONNECT / HTTP/1.1\r\nHost: x\r\n\r\n')],
  ])('are free again when a follower %s', async (_, leave) => {
    for (const socket of await fill('one', LIMITS.perOrganization)) leave(socket);
    await eventually('one', 200);
    await fill('one', 1);
  });

  test('asked for several on one connection are free again when it closes', async () => {
    for (let round = 0; round < 3; round++) {
      const socket = await open(follow('one'), follow('one'), follow('one'));
      await once(socket, 'data');
      socket.destroy();
    }
    await eventually('one', 200);
    await fill('one', LIMITS.perOrganization);
  });

  test('asked for on a connection that is gone by then are not taken', async () => {
    for (let round = 0; round < 5; round++) (await open(follow('one'))).destroy();
    await eventually('one', 200);
    await fill('one', LIMITS.perOrganization);
  });
});
