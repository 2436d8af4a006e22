/** Renews the worker's row until the row is gone, the main thread falls silent, or the thread is ended. See lease.ts. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import pg from 'pg';
import { LAST_SIGN, LEASE_END, type LeaseThreadOptions, LOST } from './lease.ts';

const options = workerData as LeaseThreadOptions;
const cells = new BigInt64Array(options.shared);
const NS_PER_MS = 1_000_000n;
/** Three renewals may fail before the lease ends. */
const RENEWALS_PER_LEASE = 4;

async function run(): Promise<void> {
  let client = await connect();
  const { host, pid, started } = options.process;
  await renew(client, INSERT, [host, pid, started]);
  parentPort?.postMessage('held');
  const pauseMs = Math.max(50, options.leaseMs / RENEWALS_PER_LEASE);
  while (true) {
    await sleep(pauseMs);
    if (isSilent()) return lose();
    try {
      if (!(await renew(client, RENEW))) return lose();
    } catch {
      // The database is away. The lease runs out by itself unless a later try succeeds.
      await client.end().catch(() => {});
      client = await connect().catch(() => client);
    }
  }
}

const INSERT = `insert into workers (id, lease_until, host, pid, process_started)
  values ($1, clock_timestamp() + $2 * interval '1 millisecond', $3, $4, $5) returning 1`;
const RENEW = `update workers set lease_until = clock_timestamp() + $2 * interval '1 millisecond'
  where id = $1 returning 1`;

async function renew(client: pg.Client, statement: string, more: readonly unknown[] = []): Promise<boolean> {
  const sentAt = process.hrtime.bigint();
  const { rowCount } = await client.query(statement, [options.workerId, options.leaseMs, ...more]);
  if (rowCount !== 1) return false;
  Atomics.store(cells, LEASE_END, sentAt + BigInt(options.leaseMs) * NS_PER_MS);
  return true;
}

function isSilent(): boolean {
  const silence = process.hrtime.bigint() - Atomics.load(cells, LAST_SIGN);
  return silence > BigInt(options.silenceMs) * NS_PER_MS;
}

function lose(): void {
  Atomics.store(cells, LOST, 1n);
  parentPort?.postMessage('lost');
}

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({
    ...options.connection,
    application_name: 'mainspring lease',
    options: '-c role=mainspring_engine',
    keepAlive: true,
    connectionTimeoutMillis: options.leaseMs,
    query_timeout: options.leaseMs,
  });
  client.on('error', () => {});
  await client.connect();
  return client;
}

await run();
