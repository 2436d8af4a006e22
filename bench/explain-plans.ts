/** The plans of the three statements that every run passes through, over rows as the runtime writes them. */
import { newId } from '../app/platform/ids/id.ts';
import { acceptEvents, type EventRow, type RunRow } from '../app/runtime/sql/accept-events.ts';
import { type ClaimedRow, claimedColumns, claimRuns } from '../app/runtime/sql/claim-runs.ts';
import { postgresStatements } from '../app/runtime/store/postgres-statements.ts';
import type { JournalRow, StepRow } from '../app/runtime/work/journal-rows.ts';
import { lead } from './lead.ts';
import type { Look } from './postgres.ts';

const BATCH = 60;

/** In one transaction that is rolled back, as the role of the runtime. Answers with each plan as text, under its name. */
export async function explainStatements(look: Look): Promise<readonly (readonly [name: string, plan: string])[]> {
  const plans: (readonly [string, string])[] = [];
  const explain = async (name: string, text: string, values: readonly unknown[]) => {
    const rows = await look.query<{ 'QUERY PLAN': string }>(`explain (analyze, buffers, wal) ${text}`, values);
    plans.push([name, rows.map((row) => row['QUERY PLAN']).join('\n')]);
  };
  await look.query('begin');
  await look.query('set local role mainspring_engine');
  const [organization] = await look.query<{ org_id: string; revision: number }>(
    'select org_id, revision::int from deployment_revisions order by revision desc limit 1',
  );
  const { org_id, revision } = organization ?? { org_id: newId(), revision: 0 };
  const events = Array.from({ length: BATCH }, (_, n) => eventRow(org_id, revision, n));
  const runs = events.map(runRow);
  await explain('accept-events', acceptEvents, [JSON.stringify(events), JSON.stringify(runs)]);

  const workerId = newId();
  await look.query(
    `insert into workers (id, lease_until, host, pid, process_started) values ($1, now() + interval '1 minute', '', 1, 0)`,
    [workerId],
  );
  await explain('claim-runs', claimRuns + claimedColumns, [workerId, BATCH]);
  const claimed = await look.query<ClaimedRow>('select org_id, id, token from runs where worker_id = $1', [workerId]);

  const statements = postgresStatements(async ({ name, text, values }) => {
    await explain(name, text, values);
    return [];
  });
  const ended = claimed.map(journalRow);
  await statements.commitJournal(workerId, {
    runs: ended,
    steps: claimed.flatMap(stepRows),
    waitsAdded: [],
    waitsDropped: [],
  });
  await look.query('rollback');
  return plans;
}

function eventRow(organizationId: string, revision: number, n: number): EventRow {
  const data = {
    body: JSON.parse(lead(n)),
    headers: { 'content-type': 'application/json' },
    query: {},
    method: 'POST',
  };
  return {
    org_id: organizationId,
    revision,
    id: newId(),
    type: 'webhook.received',
    data,
    subject_id: null,
    occurred_at: null,
    depth: 0,
    decisions: [],
    key_hash: null,
    run_ids: [newId()],
    names: ['webhook.received', 'webhook.*', '*'],
    match_keys: [],
  };
}

function runRow(event: EventRow, n: number): RunRow & { readonly n: number } {
  return { n, event_id: event.id, id: event.run_ids[0] ?? '', workflow_id: newId(), version: 1, trigger_id: 'hook' };
}

function journalRow({ org_id, id, token }: ClaimedRow): JournalRow {
  return {
    org_id,
    id,
    token,
    wake: 0,
    status: 'waiting',
    state: null,
    due_at: null,
    hold: false,
    progress: true,
    ended: 'completed',
    output: null,
    error: null,
    parked: null,
    inbox_upto: null,
    letter: null,
  };
}

function stepRows({ org_id, id }: ClaimedRow): readonly StepRow[] {
  const at = new Date().toISOString();
  return ['score', 'hot', 'greet'].map((key, index) => ({
    org_id,
    run_id: id,
    key,
    node_id: key,
    item: null,
    seq: index + 1,
    attempt: 1,
    status: 'completed' as const,
    started_at: at,
    finished_at: at,
    due_at: null,
    port: 'next',
    input: { text: 'Hi' },
    output: 'Hi',
    error: null,
  }));
}
