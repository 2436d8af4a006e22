import { terminal } from '@mainspring/sdk/failure.ts';

/** Connections are part of the format, and not of this server yet: a step that names one fails with a clear word. */
export function refuseConnection(connection: string | undefined): void {
  if (connection === undefined) return;
  throw terminal(
    'connection_not_available',
    `The step names the connection ${JSON.stringify(connection)}, and this server has no connections yet; ` +
      'leave it out, and give the access data in the step.',
  );
}
