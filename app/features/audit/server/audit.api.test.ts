import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyAudit } from '../../../platform/audit/verify-audit.ts';
import { startTestApi, type TestApi } from '../../../server/testing/start-test-api.ts';
import { waitForRun } from '../../../server/testing/wait-for-run.ts';

const CANARY = 'canary-5e37b1';

/** Waits a day, so that its runs can be commanded; its draft and its secret hold a canary. */
const definition = {
  format: 'mainspring/workflow@1',
  name: 'Audited',
  triggers: [
    { id: 'hook', type: 'webhook', verify: { type: 'hmac', header: 'x-signature' } },
    { id: 'hand', type: 'manual' },
  ],
  nodes: [
    { id: 'set', type: 'flow.set', input: { vars: { password: CANARY } } },
    { id: 'pause', type: 'flow.delay', input: { for: 'P1D' } },
  ],
  edges: [
    { from: 'hand', to: 'set' },
    { from: 'set', to: 'pause' },
  ],
};

let api: TestApi;
let workflowId: string;
beforeAll(async () => {
  api = await startTestApi({ quiet: true });
  const created = await api.one.post('/api/v1/workflows', { definition });
  expect(created).toMatchObject({ status: 201 });
  workflowId = created.body.id;
});
afterAll(() => api.stop());

async function newest(query = '') {
  const { status, body } = await api.one.get(`/api/v1/audit?limit=1${query}`);
  expect(status).toBe(200);
  return body.items[0];
}

async function startRun(): Promise<string> {
  const { body } = await api.one.post(`/api/v1/workflows/${workflowId}/execute`);
  await waitForRun(api.one, body.runId, 'waiting');
  return body.runId;
}

describe('the audit log', () => {
  test('tells who created, changed and published a workflow, and never what its draft holds', async () => {
    const created = await newest('&action=workflow.created');
    const { rows } = await api.db.engine.query('select id from api_keys where org_id = $1', [api.one.organizationId]);
    expect(created).toMatchObject({
      actor: { kind: 'api_key', id: rows[0].id },
      object: { type: 'workflow', id: workflowId },
      before: null,
      after: { name: 'Audited', status: 'draft', version: null, draftRevision: 1 },
    });
    await api.one.patch(`/api/v1/workflows/${workflowId}`, { definition: { ...definition, name: 'Renamed' } });
    expect(await newest()).toMatchObject({
      action: 'workflow.changed',
      before: { name: 'Audited', draftRevision: 1, draftHash: created.after.draftHash },
      after: { name: 'Renamed', draftRevision: 2 },
    });
    await api.one.post(`/api/v1/workflows/${workflowId}/publish`);
    expect(await newest()).toMatchObject({
      action: 'workflow.published',
      before: { status: 'draft', version: null },
      after: { status: 'active', version: 1 },
    });
    await api.one.patch(`/api/v1/workflows/${workflowId}`, { status: 'paused' });
    expect(await newest()).toMatchObject({ before: { status: 'active' }, after: { status: 'paused' } });
    await api.one.patch(`/api/v1/workflows/${workflowId}`, { status: 'active' });
  });

  test('tells of a rotated secret without it', async () => {
    const path = `/api/v1/workflows/${workflowId}/triggers/hook/rotate-secret`;
    expect((await api.one.post(path, { secret: `${CANARY}-${CANARY}` })).status).toBe(200);
    expect(await newest()).toMatchObject({
      action: 'hook_secret.rotated',
      object: { type: 'trigger', id: `${workflowId}/hook` },
      after: { dictated: true },
    });
  });

  test('tells what was asked of runs, but not the output that a person gave', async () => {
    const runId = await startRun();
    await api.one.post(`/api/v1/runs/${runId}/pause`, { reason: 'holiday' });
    expect(await newest()).toMatchObject({
      action: 'run.paused',
      object: { type: 'run', id: runId },
      before: { status: 'waiting' },
      after: { reason: 'holiday' },
    });
    await waitForRun(api.one, runId, 'parked');
    const outcome = { kind: 'succeeded', output: CANARY };
    await api.one.post(`/api/v1/runs/${runId}/resume`, { outcome });
    expect(await newest()).toMatchObject({ action: 'run.resumed', after: { outcome: 'succeeded' } });
    await api.one.post(`/api/v1/runs/${runId}/cancel`);
    expect(await newest()).toMatchObject({ action: 'run.cancelled', after: { reason: null } });
    await waitForRun(api.one, runId, 'cancelled');
    await api.one.post(`/api/v1/runs/${runId}/retry`);
    expect(await newest()).toMatchObject({ action: 'run.retried', before: { status: 'cancelled' }, after: {} });
    const replayed = await api.one.post(`/api/v1/runs/${runId}/replay`);
    expect(await newest()).toMatchObject({
      action: 'run.replayed',
      object: { type: 'run', id: runId },
      after: { newRunId: replayed.body.runId },
    });
    await waitForRun(api.one, replayed.body.runId, 'waiting');
  });

  test('has nothing of what was refused', async () => {
    const before = await newest();
    const runId = await startRun();
    expect((await api.one.post(`/api/v1/runs/${runId}/retry`)).status).toBe(409);
    expect((await api.two.post(`/api/v1/runs/${runId}/cancel`)).status).toBe(404);
    expect((await api.two.delete(`/api/v1/workflows/${workflowId}`)).status).toBe(404);
    expect((await api.one.post('/api/v1/workflows', { definition: { name: 'broken' } })).status).toBe(422);
    expect((await newest()).seq).toBe(before.seq);
  });

  test('is listed page by page, by object, and for its organization alone', async () => {
    const all = (await api.one.get('/api/v1/audit')).body.items;
    expect(all.map((row: { seq: number }) => row.seq)).toEqual(all.map((_: unknown, n: number) => all.length - n));
    const first = (await api.one.get('/api/v1/audit?limit=2')).body;
    const second = (await api.one.get(`/api/v1/audit?limit=100&cursor=${first.nextCursor}`)).body;
    expect([...first.items, ...second.items]).toEqual(all);
    expect(second.nextCursor).toBeNull();
    const ofWorkflow = (await api.one.get(`/api/v1/audit?objectType=workflow&objectId=${workflowId}`)).body.items;
    expect(new Set(ofWorkflow.map((row: { object: { id: string } }) => row.object.id))).toEqual(new Set([workflowId]));
    const ofOther = (await api.two.get('/api/v1/audit')).body.items;
    expect(ofOther.map((row: { action: string }) => row.action)).toEqual(['api_key.created']);
    expect((await api.one.get('/api/v1/audit?cursor=x')).status).toBe(400);
  });

  test('holds no secret, and verifies', async () => {
    const { rows } = await api.db.engine.query('select a::text as row from audit_log a');
    expect(rows.map(({ row }) => row).join()).not.toContain(CANARY);
    const kinds: string[] = [];
    await verifyAudit(api.db, ({ kind }) => void kinds.push(kind));
    expect(kinds).toEqual(['sound', 'sound']);
  });
});

describe('while the audit log cannot be written', () => {
  let runId: string;
  beforeAll(async () => {
    runId = await startRun();
    await api.db.owner.query('alter table audit_log add constraint broken check (false) not valid');
  });
  afterAll(() => api.db.owner.query('alter table audit_log drop constraint broken'));

  test.each([
    ['creating a workflow', () => api.one.post('/api/v1/workflows', { definition })],
    [
      'changing it',
      () => api.one.patch(`/api/v1/workflows/${workflowId}`, { definition: { ...definition, name: 'No' } }),
    ],
    ['pausing it', () => api.one.patch(`/api/v1/workflows/${workflowId}`, { status: 'paused' })],
    ['publishing it', () => api.one.post(`/api/v1/workflows/${workflowId}/publish`)],
    ['deleting it', () => api.one.delete(`/api/v1/workflows/${workflowId}`)],
    ['rotating a secret', () => api.one.post(`/api/v1/workflows/${workflowId}/triggers/hook/rotate-secret`)],
    ['cancelling a run', () => api.one.post(`/api/v1/runs/${runId}/cancel`)],
    ['pausing a run', () => api.one.post(`/api/v1/runs/${runId}/pause`)],
    ['replaying a run', () => api.one.post(`/api/v1/runs/${runId}/replay`)],
  ])('%s does nothing', async (_name, change) => {
    const before = await contents();
    const { status, body } = await change();
    expect([status, body.error?.code]).toEqual([500, 'internal']);
    expect(await contents()).toEqual(before);
  });

  async function contents() {
    const { rows } = await api.db.engine.query(`
      select (select json_agg(w order by id) from workflows w) as workflows,
        (select json_agg(h order by trigger_id) from hooks h) as hooks,
        (select json_agg(d) from deployments d) as deployments,
        (select json_agg(v) from workflow_versions v) as versions,
        (select json_agg(json_build_array(r.id, r.status) order by id) from runs r) as runs,
        (select count(*) from run_inbox) as inbox, (select count(*) from events) as events,
        (select json_agg(a) from audit_heads a) as heads`);
    return rows[0];
  }
});
