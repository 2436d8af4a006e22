/**
 * Takes in a batch of events: stores them, starts their runs, and offers them to runs that wait, in one statement.
 *
 * Shape: one JSON document per kind of row, unpacked by json_to_recordset. Columns of type json keep the text as it
 * came, so that escaped NULs and lone surrogates in data cost no error. The revision is locked FOR SHARE: an
 * event routed by an outdated list of workflows is answered `stale` and leaves nothing behind, and no pause can commit
 * between the check and the start. The lock also reads the row as it is now, while the rest of the statement reads its
 * snapshot: where the two differ in `waits`, a wait was added that this snapshot cannot see, and the event is stale too.
 * Cost: one round trip and one commit for up to 500 events.
 */
export const acceptEvents = `
with incoming as (
  select * from json_to_recordset($1::json) as i(
    org_id uuid, revision bigint, id uuid, type text, data json, subject_id text, occurred_at timestamptz,
    depth smallint, decisions json, key_hash text, run_ids uuid[], names text[], match_keys text[])
),
seen as (
  select org_id, waits from deployment_revisions where org_id in (select org_id from incoming)
),
current as (
  select r.org_id, r.revision, r.waits from deployment_revisions r
  where r.org_id in (select org_id from incoming)
  for share
),
fresh as (
  select i.* from incoming i
  join current c on c.org_id = i.org_id and c.revision = i.revision
  join seen s on s.org_id = i.org_id and s.waits = c.waits
),
keyed as (
  insert into event_keys (org_id, key_hash, event_id, run_ids)
  select org_id, decode(key_hash, 'hex'), id, run_ids from fresh where key_hash is not null
  on conflict do nothing
  returning event_id
),
admitted as (
  select * from fresh f where f.key_hash is null or f.id in (select event_id from keyed)
),
stored as (
  insert into events (org_id, id, type, data, subject_id, occurred_at, depth, decisions)
  -- JSON's null arrives as SQL's.
  select org_id, id, type, coalesce(data, 'null'), subject_id, coalesce(occurred_at, now()), depth, decisions
  from admitted
),
started as (
  insert into runs (org_id, id, workflow_id, version, trigger_id, event_id, event, subject_id, status, due_at,
    order_key, concurrency, debounce_key, depth, parent_run_id, parent_step, parent_attempt)
  select a.org_id, r.id, r.workflow_id, r.version, r.trigger_id, a.id,
    json_build_object('type', coalesce(r.event_type, a.type), 'data', a.data, 'time', coalesce(a.occurred_at, now())),
    a.subject_id, 'queued', now() + coalesce(r.delay_ms, 0) * interval '1 millisecond',
    r.order_key, r.concurrency, r.debounce_key, a.depth, r.parent_run_id, r.parent_step, r.parent_attempt
  from json_to_recordset($2::json) as r(
    n int, event_id uuid, id uuid, workflow_id uuid, version int, trigger_id text, event_type text, delay_ms float8,
    order_key text, concurrency int, debounce_key text, parent_run_id uuid, parent_step text, parent_attempt int)
  join admitted a on a.id = r.event_id
  -- seq follows this order: runs of one subject stand in line as their events came.
  order by r.n
),
offered as (
  insert into run_inbox (org_id, run_id, message)
  select w.org_id, w.run_id, json_build_object('kind', 'event-received', 'step', w.step, 'event',
    json_build_object('type', a.type, 'data', a.data, 'time', coalesce(a.occurred_at, now())))
  from admitted a
  join event_waits w on w.org_id = a.org_id and w.event = any (a.names)
    -- An event with more values than are listed is offered to every wait for its name.
    and (w.match is null or w.match = any (a.match_keys) or '*' = any (a.match_keys))
  returning org_id, run_id
),
woken as (
  update runs r set wake = r.wake + 1, due_at = least(r.due_at, now())
  from (select distinct org_id, run_id from offered) o
  where r.org_id = o.org_id and r.id = o.run_id
)
select i.id,
  case when a.id is not null then 'accepted' when f.id is not null then 'duplicate' else 'stale' end as outcome
from incoming i
left join admitted a on a.id = i.id
left join fresh f on f.id = i.id`;

/** One event to take in; see the statement. */
export type EventRow = {
  readonly org_id: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly data: unknown;
  readonly subject_id: string | null;
  readonly occurred_at: string | null;
  readonly depth: number;
  readonly decisions: unknown;
  readonly key_hash: string | null;
  readonly run_ids: readonly string[];
  readonly names: readonly string[];
  readonly match_keys: readonly string[];
};

export type RunRow = {
  /** Place in the batch. */
  readonly n?: number;
  readonly event_id: string;
  readonly id: string;
  readonly workflow_id: string;
  readonly version: number;
  readonly trigger_id: string | null;
  readonly event_type?: string;
  readonly delay_ms?: number;
  readonly order_key?: string | null;
  readonly concurrency?: number | null;
  readonly debounce_key?: string | null;
  readonly parent_run_id?: string;
  readonly parent_step?: string;
  readonly parent_attempt?: number;
};

export type AcceptOutcome = { readonly id: string; readonly outcome: 'accepted' | 'duplicate' | 'stale' };
