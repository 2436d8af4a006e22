import type pg from 'pg';
import type { DatabaseProxy } from '../parts/database-proxy.ts';
import type { LittleDisk } from '../parts/little-disk.ts';
import type { NetworkNamespace } from '../parts/network-namespace.ts';
import type { Postgres } from '../parts/postgres.ts';
import type { ServerProcess } from '../parts/server-process.ts';
import type { ProcessName } from '../plan/fault.ts';

/** Everything that can be broken. */
export type Scene = {
  readonly postgres: Postgres;
  readonly processes: Readonly<Record<ProcessName, ServerProcess>>;
  readonly proxies: Readonly<Record<ProcessName, DatabaseProxy>>;
  readonly disk: LittleDisk | null;
  readonly namespace: NetworkNamespace | null;
  /** The suite's own connections, straight to PostgreSQL as its superuser. */
  readonly admin: pg.Pool;
  /** How to open one more of them. */
  readonly connect: () => Promise<pg.Client>;
};
