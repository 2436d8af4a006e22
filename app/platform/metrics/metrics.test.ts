import { describe, expect, it } from 'vitest';
import { createMetrics } from './metrics.ts';

describe('createMetrics', () => {
  it('renders what was counted in Prometheus text', async () => {
    const metrics = createMetrics();
    metrics.runsAccepted.inc(3);
    metrics.runsFinished.inc({ status: 'completed' }, 2);
    metrics.steps.inc({ status: 'failed' });
    metrics.claimLagSeconds.observe(0.004);
    metrics.intakeBatchSize.observe(7);
    metrics.poolConnections.set({ pool: 'worker', state: 'busy' }, 4);
    metrics.httpRequestSeconds.observe({ method: 'GET', route: '/healthz', status: '200' }, 0.002);

    const { contentType, body } = await metrics.render();
    expect(contentType).toContain('text/plain');
    expect(body).toContain('mainspring_runs_accepted_total 3');
    expect(body).toContain('mainspring_runs_finished_total{status="completed"} 2');
    expect(body).toContain('mainspring_steps_total{status="failed"} 1');
    expect(body).toContain('mainspring_claim_lag_seconds_bucket{le="0.005"} 1');
    expect(body).toContain('mainspring_intake_batch_size_sum 7');
    expect(body).toContain('mainspring_pool_connections{pool="worker",state="busy"} 4');
    expect(body).toContain('mainspring_http_request_seconds_count{method="GET",route="/healthz",status="200"} 1');
  });

  it('keeps registries apart', async () => {
    createMetrics().runsAccepted.inc();
    expect((await createMetrics().render()).body).toContain('mainspring_runs_accepted_total 0');
  });

  it('adds figures of the process where asked', async () => {
    expect((await createMetrics({ processMetrics: true }).render()).body).toContain('process_resident_memory_bytes');
  });
});
