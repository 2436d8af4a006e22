import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Connection } from '../../platform/db/embedded/start-embedded-postgres.ts';

export type DatabaseProxy = {
  /** The same database, by way of the proxy. */
  readonly connection: Connection;
  /** Ends every connection and refuses new ones, as a dead server does. */
  readonly cut: () => Promise<void>;
  readonly mend: () => Promise<void>;
};

/** Stands between a server and its PostgreSQL, so that a test can take the database away without harming others. */
export async function openProxy(target: Connection): Promise<DatabaseProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = target.host.startsWith('/')
      ? connect(`${target.host}/.s.PGSQL.${target.port}`)
      : connect(target.port, target.host);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    connection: { ...target, host: '127.0.0.1', port },
    cut: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
    mend: () => listen(port),
  };
}
