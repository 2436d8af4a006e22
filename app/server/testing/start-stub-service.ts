import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type SeenRequest = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

export type StubService = {
  readonly url: string;
  /** `host:port`, as connections and MAINSPRING_ALLOW_PRIVATE_HOSTS name it. */
  readonly host: string;
  readonly seen: SeenRequest[];
  readonly close: () => Promise<void>;
};

/** A service on loopback that keeps what it was sent. Answers 200 with nothing unless told otherwise. */
export async function startStubService(
  answer: (request: SeenRequest, response: ServerResponse) => void = (_, response) => void response.end(),
): Promise<StubService> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const one = { method, url, headers, body: Buffer.concat(chunks).toString('utf8') };
      seen.push(one);
      answer(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${host}`,
    host,
    seen,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
