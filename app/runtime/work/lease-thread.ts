/** The thread that keeps a worker's lease. See lease.ts. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import pg from 'pg';
import { keepLease } from './keep-lease.ts';
import type { LeaseThreadOptions } from './lease.ts';
import { openLeaseCells } from './lease-cells.ts';

const options = workerData as LeaseThreadOptions;

const INSERT = `insert into workers (id, lease_until, host, pid, process_started)
  values ($1, clock_timestamp() + $2 * interval '1 millisecond', $3, $4, $5) returning 1`;
const RENEW = `update workers set lease_until = clock_timestamp() + $2 * interval '1 millisecond'
  where id = $1 and lease_until > clock_timestamp() returning 1`;

async function run(): Promise<void> {
  let client = await connect();
  const { host, pid, started } = options.process;
  const send = async (statement: string, more: readonly unknown[] = []) => {
    const { rowCount } = await client.query(statement, [options.workerId, options.leaseMs, ...more]);
    return rowCount === 1;
  };
  await keepLease({
    cells: openLeaseCells(options.shared, options),
    leaseMs: options.leaseMs,
    monotonicNs: process.hrtime.bigint,
    pause: sleep,
    begin: () => send(INSERT, [host, pid, started]),
    renew: () => send(RENEW),
    reconnect: async () => {
      await client.end().catch(() => {});
      client = await connect().catch(() => client);
    },
    onHeld: () => parentPort?.postMessage('held'),
  });
  parentPort?.postMessage('lost');
}

/** A connection that hangs is given up while there is lease left for another. */
const SHORTEST_TIMEOUT_MS = 2_000;

async function connect(): Promise<pg.Client> {
  const answerTimeoutMs = Math.max(SHORTEST_TIMEOUT_MS, options.leaseMs / 5);
  const client = new pg.Client({
    ...options.connection,
    application_name: 'mainspring lease',
    options: '-c role=mainspring_engine',
    keepAlive: true,
    connectionTimeoutMillis: answerTimeoutMs,
    query_timeout: answerTimeoutMs,
  });
  client.on('error', () => {});
  await client.connect();
  return client;
}

await run();
