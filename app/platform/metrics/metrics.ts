import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Upper bounds in seconds, from a cached read to a hanging call. */
const LATENCY_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const BATCH_SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

export type Metrics = ReturnType<typeof createMetrics>;

/**
 * The numbers this process shows at `GET /metrics`, each in a registry of its own so that tests do not meet.
 * Labels are of a closed set only: never ids, hosts or texts from outside.
 */
export function createMetrics(options: { processMetrics?: boolean } = {}) {
  const registry = new Registry();
  const registers = [registry];
  if (options.processMetrics) collectDefaultMetrics({ register: registry });

  return {
    registry,
    /** Prometheus text format, with its content type. */
    render: async () => ({ contentType: registry.contentType as string, body: await registry.metrics() }),
    httpRequestSeconds: new Histogram({
      name: 'mainspring_http_request_seconds',
      help: 'Time from the arrival of an HTTP request to the end of its answer.',
      labelNames: ['method', 'route', 'status'] as const,
      buckets: LATENCY_SECONDS,
      registers,
    }),
    runsAccepted: new Counter({
      name: 'mainspring_runs_accepted_total',
      help: 'Runs that were accepted and stored.',
      registers,
    }),
    runsFinished: new Counter({
      name: 'mainspring_runs_finished_total',
      help: 'Runs that came to their end, by how they ended.',
      labelNames: ['status'] as const,
      registers,
    }),
    steps: new Counter({
      name: 'mainspring_steps_total',
      help: 'Steps that were committed, by their status.',
      labelNames: ['status'] as const,
      registers,
    }),
    claimLagSeconds: new Histogram({
      name: 'mainspring_claim_lag_seconds',
      help: 'Time a run was due before a worker claimed it.',
      buckets: LATENCY_SECONDS,
      registers,
    }),
    intakeBatchSize: new Histogram({
      name: 'mainspring_intake_batch_size',
      help: 'Events committed together in one statement.',
      buckets: BATCH_SIZES,
      registers,
    }),
    poolConnections: new Gauge({
      name: 'mainspring_pool_connections',
      help: 'Database connections of this process, by pool and state (busy, idle, waiting).',
      labelNames: ['pool', 'state'] as const,
      registers,
    }),
  };
}
