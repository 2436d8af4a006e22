/** Builds everything that a run needs, and takes it down again whatever happened. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Log } from '../../../app/platform/db/log.ts';
import type { WorldAddress } from '../load/workflows.ts';
import { type DatabaseProxy, startDatabaseProxy } from '../parts/database-proxy.ts';
import { mountLittleDisk } from '../parts/little-disk.ts';
import { findMachines } from '../parts/machines.ts';
import { type MailSink, startMailSink } from '../parts/mail-sink.ts';
import { makeNetworkNamespace } from '../parts/network-namespace.ts';
import { freePort, type Postgres, startPostgres } from '../parts/postgres.ts';
import { createServerProcess, type ServerProcess } from '../parts/server-process.ts';
import { SERVICES, startWorldStub, type WorldStub } from '../parts/world-stub.ts';
import { API, type ProcessName, WORKERS } from '../plan/fault.ts';
import { NAMESPACED } from '../plan/plan-faults.ts';
import type { PlantName } from '../plants/plants.ts';
import type { Scene } from './scene.ts';

export type BuiltScene = Scene & {
  readonly world: WorldStub;
  readonly worldUrls: WorldAddress['worldUrls'];
  readonly mailSink: MailSink;
  readonly apiUrl: string;
  readonly apiKey: string;
  /** From now on, processes that start send mail by the sink. */
  readonly useMailSink: () => void;
  /** Where the processes write what they say. */
  readonly logFolder: string;
  readonly takeDown: () => Promise<void>;
};

export type SceneOptions = {
  readonly seed: number;
  readonly leaseMs: number;
  readonly log: Log;
  /** A known fault that is planted into each server process. */
  readonly plant: PlantName | null;
  readonly logFolder: string;
};

const PLANT = join(import.meta.dirname, '..', 'plants', 'plant.ts');
const LOOPBACK = '127.0.0.1';
const DISK_MB = 6_000;
const SUITE_CONNECTIONS = 3;

export async function buildScene(options: SceneOptions): Promise<BuiltScene> {
  const undo: (() => Promise<unknown>)[] = [];
  const takeDown = async () => {
    for (const step of undo.reverse()) await step().catch(() => {});
  };
  try {
    const { seed, log, logFolder } = options;
    await mkdir(logFolder, { recursive: true });
    const dataDir = await mkdtemp(join(tmpdir(), 'mainspring-faults-'));
    undo.push(() => rm(dataDir, { recursive: true, force: true }));
    const disk = await mountLittleDisk(dataDir, DISK_MB);
    if (disk) undo.push(() => disk.unmount());
    const namespace = await makeNetworkNamespace();
    if (namespace) undo.push(() => namespace.remove());
    const host = namespace?.hostAddress ?? LOOPBACK;
    const postgres = await startPostgres(dataDir, log);
    undo.push(() => postgres.stop());
    const world = await startWorldStub({ host, seed });
    undo.push(() => world.close());
    const mailSink = await startMailSink({ host, seed });
    undo.push(() => mailSink.close());
    const proxies = await startProxies(postgres, (name) => (name === NAMESPACED ? host : LOOPBACK));
    for (const proxy of Object.values(proxies)) undo.push(() => proxy.close());
    const admin = new pg.Pool({ ...loginOf(postgres), max: SUITE_CONNECTIONS, application_name: 'faults' });
    // PostgreSQL is killed under it; the next query connects anew.
    admin.on('error', () => {});
    undo.push(() => admin.end());

    const apiPort = await freePort();
    const apiKey = 'key-of-the-fault-suite';
    let smtpUrl: string | null = null;
    const environment = (name: ProcessName) => (life: string) => ({
      DATABASE_URL: databaseUrl(postgres, name === NAMESPACED ? host : LOOPBACK, proxies[name].port, life),
      MAINSPRING_DATA: join(logFolder, 'data'),
      MAINSPRING_SECRET_KEY: Buffer.alloc(SECRET_BYTES, 7).toString('base64'),
      MAINSPRING_API_KEY: apiKey,
      MAINSPRING_LEASE_MS: String(options.leaseMs),
      MAINSPRING_ALLOW_PRIVATE_HOSTS: Object.values(world.ports)
        .map((port) => `${host}:${port}`)
        .join(),
      MAINSPRING_ROLES: name === API ? 'api' : 'worker,scheduler',
      PORT: String(name === API ? apiPort : 0),
      ...(smtpUrl !== null && { SMTP_URL: smtpUrl }),
      ...(options.plant !== null && { FAULTS_PLANT: options.plant }),
    });
    const machines = await findMachines();
    const processOf = (name: ProcessName): ServerProcess =>
      createServerProcess({
        name,
        program: name === API ? 'start.ts' : 'worker.ts',
        environment: environment(name),
        preload: options.plant === null ? [] : [PLANT],
        prefix: [
          ...(name === NAMESPACED && namespace ? namespace.prefix : []),
          ...(name === API ? [] : machines(name)),
        ],
        logFile: join(logFolder, `${name}.log`),
      });
    const processes = Object.fromEntries(
      [API, ...WORKERS].map((name) => [name, processOf(name)]),
    ) as Scene['processes'];
    for (const each of Object.values(processes)) undo.push(() => each.kill());
    return {
      postgres,
      processes,
      proxies,
      disk,
      namespace,
      admin,
      connect: async () => {
        const client = new pg.Client({ ...loginOf(postgres), application_name: 'faults' });
        client.on('error', () => {});
        await client.connect();
        return client;
      },
      world,
      worldUrls: Object.fromEntries(
        SERVICES.map((name) => [name, `http://${host}:${world.ports[name]}`]),
      ) as BuiltScene['worldUrls'],
      mailSink,
      apiUrl: `http://${LOOPBACK}:${apiPort}`,
      apiKey,
      useMailSink: () => {
        smtpUrl = `smtp://${host}:${mailSink.port}`;
      },
      logFolder,
      takeDown,
    };
  } catch (error) {
    await takeDown();
    throw error;
  }
}

const SECRET_BYTES = 32;

async function startProxies(
  { port }: Postgres,
  hostOf: (name: ProcessName) => string,
): Promise<Readonly<Record<ProcessName, DatabaseProxy>>> {
  const names = [API, ...WORKERS];
  const proxies = await Promise.all(names.map((name) => startDatabaseProxy({ host: hostOf(name), port })));
  return Object.fromEntries(names.map((name, index) => [name, proxies[index]])) as Record<ProcessName, DatabaseProxy>;
}

function loginOf({ port, user, password }: Postgres) {
  return { host: LOOPBACK, port, user, password, database: 'postgres', connectionTimeoutMillis: 5_000 };
}

/** `life` names the connections, so that the trigger in PostgreSQL can tell who changed what. */
function databaseUrl({ user, password }: Postgres, host: string, port: number, life: string): string {
  return `postgres://${user}:${password}@${host}:${port}/postgres?application_name=${encodeURIComponent(life)}`;
}
