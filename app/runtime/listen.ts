/** Hints between processes by LISTEN and NOTIFY. All of them may be lost: whoever acts on them also polls. */
import pg from 'pg';
import type { Log } from '../platform/db/log.ts';
import type { LeaseThreadOptions } from './work/lease.ts';

export type Hint = 'work' | 'deployments' | 'run';

export type Hints = {
  readonly start: () => void;
  readonly stop: () => Promise<void>;
};

const CHANNELS: Readonly<Record<string, Hint>> = {
  mainspring_work: 'work',
  mainspring_deployments: 'deployments',
  mainspring_run: 'run',
};

const RECONNECT_MS = 1_000;

export function listenForHints(options: {
  readonly connection: LeaseThreadOptions['connection'];
  readonly onHint: (hint: Hint, payload: string) => void;
  readonly log: Log;
}): Hints {
  let client: pg.Client | null = null;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const connect = async () => {
    const next = new pg.Client({
      ...options.connection,
      application_name: 'mainspring hints',
      options: '-c role=mainspring_engine',
      keepAlive: true,
    });
    next.on('error', () => {});
    next.on('end', () => again(next));
    next.on('notification', ({ channel, payload }) => {
      const hint = CHANNELS[channel];
      if (hint) options.onHint(hint, payload ?? '');
    });
    client = next;
    await next.connect();
    await next.query(
      Object.keys(CHANNELS)
        .map((channel) => `listen ${channel}`)
        .join('; '),
    );
  };
  const again = (ended: pg.Client) => {
    if (stopped || ended !== client) return;
    client = null;
    timer = setTimeout(start, RECONNECT_MS);
  };
  const start = () => {
    connect().catch((error: unknown) => {
      options.log.debug({ err: error }, 'cannot listen for hints; polling goes on');
      const failed = client;
      failed?.end().catch(() => {});
      if (failed) again(failed);
    });
  };
  return {
    start,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await client?.end().catch(() => {});
    },
  };
}

export function notify(pool: pg.Pool, hint: Hint, payload: string): void {
  pool.query('select pg_notify($1, $2)', [`mainspring_${hint}`, payload]).catch(() => {});
}
