/** Builds the whole server from its configuration and starts it: the only place where the parts meet. */
import type { AddressInfo } from 'node:net';
import { identityPages } from '../features/identity/paths.ts';
import { createFirstLink } from '../features/identity/server/create-first-link.ts';
import { pauseRing } from '../features/workflows/server/pause-ring.ts';
import { type FirstStart, firstStart } from '../platform/auth/first-start.ts';
import { systemClock } from '../platform/clock/clock.ts';
import type { Config, Role } from '../platform/config/config.ts';
import { closeHttpServer, createHttpServer } from '../platform/http/create-http-server.ts';
import type { HttpServer } from '../platform/http/http-server.ts';
import { newId } from '../platform/ids/id.ts';
import type { Log } from '../platform/log/log.ts';
import { createMetrics, type Metrics } from '../platform/metrics/metrics.ts';
import { createSandbox } from '../platform/sandbox/sandbox.ts';
import { createRuntime, type RunningRuntime, type RuntimeOptions } from '../runtime/create-runtime.ts';
import { addApi } from './create-api.ts';
import { createOutside } from './create-outside.ts';
import { createServerActions } from './create-server-actions.ts';
import { addHealthRoutes, isSendingHeld } from './health-routes.ts';
import { openStorage, type Storage } from './open-storage.ts';
import { openVault } from './open-vault.ts';
import { readIdentitySettings } from './read-identity-settings.ts';
import { runtimeMeter } from './runtime-meter.ts';
import { createSimulationThread } from './simulate-in-thread.ts';

export type RunningServer = {
  /** Where it listens, such as `http://127.0.0.1:3000`; null for a worker whose port was taken. */
  readonly url: string | null;
  /** The owner's key, where this start made one: it can be told only now. */
  readonly newApiKey: string | null;
  /** Where the first person makes an account, good once; null at later starts. */
  readonly signInUrl: string | null;
  /** A backup was restored, and nothing is sent until somebody confirms it. */
  readonly sendingHeld: boolean;
  /**
   * Takes no more requests, answers those under way, lets go of the runs it holds, closes the database. Calling it
   * again gives the same promise.
   */
  readonly stop: () => Promise<void>;
};

const VERSION = '0.1.0';
const HTTP_GRACE_MS = 10_000;
const RETENTION_DAYS = 90;

/** Throws what keeps it from starting: ConfigError, DataFolderInUse, SecretError, MigrationError, a port in use. */
export async function startServer(config: Config, log: Log): Promise<RunningServer> {
  const storage = await openStorage(config, log);
  try {
    return await startOver(storage, config, log);
  } catch (error) {
    await storage.close();
    throw error;
  }
}

async function startOver(storage: Storage, config: Config, log: Log): Promise<RunningServer> {
  const { db } = storage;
  const first = await firstStart(db, { apiKey: config.apiKey, createLink: createFirstLink });
  const { vault, masterKeys } = await openVault(config, db.engine);
  const outside = createOutside(config, { db, masterKeys, log });
  const sandbox = createSandbox({ warn: (message) => log.warn(message) });
  const actions = createServerActions(config, { db, outside, sandbox, log });
  const metrics = createMetrics({ processMetrics: true });
  const runtime = buildRuntime(storage, config, { actions, metrics, log });
  const simulations = createSimulationThread();
  const state: { ready: boolean; url: string | null } = { ready: false, url: null };

  const server = await createHttpServer({ log, metrics, version: VERSION, trustProxies: config.trustProxies });
  addHealthRoutes(server, { db, metrics, isReady: () => state.ready });
  if (plays(config, 'api')) {
    const publicUrl = () => publicUrlOf(config, state.url);
    const now = () => systemClock.now().getTime();
    const { simulate } = simulations;
    const identity = readIdentitySettings(config, log);
    await addApi(server, { db, runtime, actions, simulate, vault, outside, publicUrl, now, identity });
  }
  const sendingHeld = await isSendingHeld(db.engine);
  await runtime.start();
  const stop = async () => {
    state.ready = false;
    await closeHttpServer(server, HTTP_GRACE_MS);
    await simulations.stop();
    await runtime.stop();
    await sandbox.close();
    await storage.close();
  };
  try {
    state.url = await listen(server, config, log);
  } catch (error) {
    await runtime.stop();
    throw error;
  }
  state.ready = true;
  let stopping: Promise<void> | undefined;
  return {
    url: state.url,
    sendingHeld,
    newApiKey: first.kind === 'first' ? first.apiKey : null,
    signInUrl: signInUrlOf(first, publicUrlOf(config, state.url)),
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

type RuntimeParts = Pick<RuntimeOptions, 'actions' | 'log'> & { readonly metrics: Metrics };

function buildRuntime(
  { db, connection }: Storage,
  config: Config,
  { actions, metrics, log }: RuntimeParts,
): RunningRuntime {
  const runtime = createRuntime({
    db,
    onTooDeep: (organizationId, workflowId) => {
      pauseRing({ db, runtime }, organizationId, workflowId).then(
        (paused) => paused && log.warn({ workflowId }, 'paused a workflow that stands in a ring'),
        (error: unknown) => log.error({ err: error, workflowId }, 'a workflow in a ring could not be paused'),
      );
    },
    connection,
    actions,
    roles: { worker: plays(config, 'worker'), scheduler: plays(config, 'scheduler') },
    leaseMs: config.leaseMs,
    retentionDays: RETENTION_DAYS,
    newId,
    log,
    meter: runtimeMeter(metrics),
  });
  return runtime;
}

function plays(config: Config, role: Role): boolean {
  return config.roles.includes(role);
}

/** A process that only works serves its health where it can; another one on the machine may have the port. */
async function listen(server: HttpServer, config: Config, log: Log): Promise<string | null> {
  try {
    await server.listen({ host: config.host, port: config.port });
  } catch (error) {
    const mustListen = plays(config, 'api') || plays(config, 'web');
    if (mustListen || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    log.warn({ port: config.port }, 'the port is taken; health and metrics of this worker are not served');
    return null;
  }
  const [address] = server.addresses() as AddressInfo[];
  return address ? urlOf(config.host, address.port) : null;
}

function signInUrlOf(first: FirstStart, publicUrl: string): string | null {
  return first.kind === 'first' && first.linkToken !== null
    ? `${publicUrl}${identityPages.join(first.linkToken)}`
    : null;
}

function publicUrlOf(config: Config, url: string | null): string {
  // With port 0 the configuration could not know which port it would be.
  return new URL(config.publicUrl).port === '0' && url !== null ? url : config.publicUrl;
}

function urlOf(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}
