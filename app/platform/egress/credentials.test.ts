import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { createLog } from '../log/log.ts';
import type { Credentials } from './credentials.ts';
import { createEgress, type EgressRequest } from './egress.ts';
import { parseHostPattern } from './host-pattern.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const SECRET = 'canary-7f3a9e';

function credentials(hosts: readonly string[], more: Partial<Credentials> = {}): Credentials {
  return {
    name: 'CRM',
    hosts: hosts.map((host) => parseHostPattern(host) ?? ''),
    headers: () => ({ 'X-Api-Key': SECRET }),
    query: () => ({}),
    secrets: () => [SECRET],
    ...more,
  };
}
const inQuery = { headers: () => ({}), query: () => ({ api_key: SECRET }) };

type Hit = { readonly url: string; readonly key: string | undefined };

async function serve(answer: RequestListener = (_, response) => void response.end()) {
  const hits: Hit[] = [];
  const server = createServer((request, response) => {
    hits.push({ url: request.url ?? '', key: request.headers['x-api-key']?.toString() });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { host, url: `http://${host}`, hits };
}

async function call(allowed: readonly string[], request: EgressRequest) {
  const egress = createEgress({ allowPrivateHosts: allowed, log: createLog({ level: 'silent' }) });
  cleanups.push(() => egress.close());
  return egress.request(request);
}

const to = (location: string): RequestListener => {
  return (_, response) => void response.writeHead(307, { location }).end();
};

describe('credentials', () => {
  it('go as headers to a host they are for, and win over the same header of the request', async () => {
    const { host, url, hits } = await serve();
    const headers = { 'X-API-KEY': 'guessed', 'X-Other': 'y' };
    await call([host], { url: `${url}/a?b=%20c`, headers, credentials: credentials([host]) });
    expect(hits).toEqual([{ url: '/a?b=%20c', key: SECRET }]);
  });

  it.each([
    ['/a', `/a?api_key=${SECRET}`],
    ['/a?b=%20c', `/a?b=%20c&api_key=${SECRET}`],
    ['/a?api_key=guessed&b=1&api_key=2', `/a?b=1&api_key=${SECRET}`],
  ])('go into the query of %s', async (path, seen) => {
    const { host, url, hits } = await serve();
    const answer = await call([host], { url: `${url}${path}`, credentials: credentials([host], inQuery) });
    expect(hits.map((hit) => hit.url)).toEqual([seen]);
    expect(answer.url).not.toContain(SECRET);
  });

  it('are refused for any other host, and nothing leaves', async () => {
    const { host, url, hits } = await serve();
    const refusal = {
      code: 'egress_refused',
      mayHaveBeenSent: false,
      message: expect.stringContaining(`may be used with api.example.com, 127.0.0.1:1 and not with ${host}`),
    };
    const asked = call([host], { url, credentials: credentials(['api.example.com', '127.0.0.1:1']) });
    await expect(asked).rejects.toMatchObject(refusal);
    expect(hits).toEqual([]);
  });

  it('are refused without TLS, unless the operator allows the host as private', async () => {
    const { host, url, hits } = await serve();
    const asked = call([], { url, credentials: credentials([host]) });
    await expect(asked).rejects.toMatchObject({ code: 'egress_refused', message: expect.stringContaining('https') });
    expect(hits).toEqual([]);
  });

  it('go with a redirect on the same origin', async () => {
    const { host, url, hits } = await serve((request, response) => {
      if (request.url === '/a') response.writeHead(308, { location: '/b' });
      response.end();
    });
    await call([host], { url: `${url}/a`, credentials: credentials([host]) });
    expect(hits).toEqual([
      { url: '/a', key: SECRET },
      { url: '/b', key: SECRET },
    ]);
  });

  it('do not go with a redirect to another host, though it is one of theirs', async () => {
    const other = await serve();
    const first = await serve(to(`${other.url}/x`));
    const both = [first.host, other.host];
    await call(both, { url: first.url, credentials: credentials(both) });
    expect([first.hits[0]?.key, other.hits]).toEqual([SECRET, [{ url: '/x', key: undefined }]]);
  });

  it('do not go to the first host again once a redirect has left it', async () => {
    const first = await serve((request, response) => {
      if (request.url === '/') response.writeHead(307, { location: `${other.url}/` });
      response.end();
    });
    const other = await serve(to(`${first.url}/delete-everything`));
    await call([first.host, other.host], { url: first.url, credentials: credentials([first.host]) });
    expect(first.hits.map(({ key }) => key)).toEqual([SECRET, undefined]);
    expect(other.hits).toEqual([{ url: '/', key: undefined }]);
  });

  it('do not leave in an address that the first host redirects to', async () => {
    const other = await serve();
    const first = await serve((request, response) => to(`${other.url}${request.url}`)(request, response));
    const asked = call([first.host, other.host], { url: first.url, credentials: credentials([first.host], inQuery) });
    await expect(asked).rejects.toMatchObject({ code: 'egress_refused', mayHaveBeenSent: true });
    expect(other.hits).toEqual([]);
  });

  it('are cut out of an answer that holds them', async () => {
    const { host, url } = await serve((request, response) => {
      const basic = Buffer.from(`x:${request.headers['x-api-key']}`).toString('base64');
      response.setHeader('x-echo', String(request.headers['x-api-key']));
      response.end(JSON.stringify({ headers: request.headers, basic }));
    });
    const answer = await call([host], { url, credentials: credentials([host]) });
    const shown = inspect({ ...answer, body: answer.body.toString() });
    expect(shown).toContain('[cut out]');
    expect(shown).not.toContain(SECRET);
    expect(shown).not.toContain(Buffer.from(`x:${SECRET}`).toString('base64'));
  });

  it('are shown by no log and no error', async () => {
    const given = credentials(['api.example.com']);
    const error = await call([], { url: 'https://other.example.com', credentials: given }).catch((thrown) => thrown);
    for (const text of [JSON.stringify(given), inspect(given, { depth: 9 }), inspect(error, { depth: 9 })]) {
      expect(text).not.toContain(SECRET);
    }
  });
});
