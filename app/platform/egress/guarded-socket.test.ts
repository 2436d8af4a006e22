import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createSockets } from './guarded-socket.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function listen(): Promise<number> {
  const server = createServer((socket) => socket.end('220 hello\r\n'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

const resolver = async (name: string) => (name === 'mail.example.com' ? ['127.0.0.1'] : ['10.0.0.7', '93.184.216.34']);

describe('createSockets', () => {
  it.each(['127.0.0.1', 'mail.example.com', 'MAIL.example.com'])('connects to %s where it is allowed', async (host) => {
    const port = await listen();
    const sockets = createSockets({ allowPrivateHosts: [`${host}:${port}`], resolver });
    expect(sockets.isAllowedPrivate({ host, port })).toBe(true);
    const socket = await sockets.open({ host, port });
    const [greeting] = await socket.toArray();
    expect(String(greeting)).toBe('220 hello\r\n');
  });

  it.each([
    ['an address of this machine', '127.0.0.1', 25],
    ['an address of this machine, mapped', '[::ffff:127.0.0.1]', 25],
    ['an address of the link', '169.254.169.254', 587],
    ['a name with a private address', 'mail.example.com', 587],
    ['a name with a private address among others', 'other.example.com', 465],
    ['a port of something else', 'public.example.com', 5432],
    ['another port than the one that is allowed', '127.0.0.1', 2525],
  ])('refuses %s', async (_, host, port) => {
    const sockets = createSockets({ allowPrivateHosts: ['127.0.0.1:26'], resolver });
    expect(sockets.isAllowedPrivate({ host, port })).toBe(false);
    await expect(sockets.open({ host, port })).rejects.toMatchObject({ code: 'egress_refused' });
  });

  it('says what the network says', async () => {
    const port = await listen();
    await cleanups.pop()?.();
    const sockets = createSockets({ allowPrivateHosts: [`127.0.0.1:${port}`] });
    await expect(sockets.open({ host: '127.0.0.1', port })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
