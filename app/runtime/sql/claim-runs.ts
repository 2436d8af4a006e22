/**
 * Takes due runs for a worker, each organization its share.
 *
 * Shape: the index runs_due is skipped through, one probe for each organization, which finds its earliest due run; the
 * cost does not grow with the runs that sleep. Each organization with something to claim then gives up to an equal
 * part of the batch, oldest due first. A flood of one organization therefore never stands before another's runs. Runs
 * with an order key wait for every earlier run of their key. SKIP LOCKED lets many workers claim at once. A worker
 * whose lease has run out claims nothing: its request may have been on its way for long. $1 worker, $2 batch.
 */
const HAS_LEASE = 'exists (select 1 from workers w where w.id = $1 and w.lease_until > clock_timestamp())';

export const claimRuns = `
with recursive earliest as (
  (select org_id, due_at from runs
   where worker_id is null and due_at is not null and concurrency is null order by org_id, due_at limit 1)
  union all
  select n.org_id, n.due_at
  from earliest e
  cross join lateral (
    select r.org_id, r.due_at from runs r
    where r.worker_id is null and r.due_at is not null and r.concurrency is null and r.org_id > e.org_id
    order by r.org_id, r.due_at limit 1) n
),
due_orgs as (
  select org_id from earliest where due_at <= now() and ${HAS_LEASE}
),
picked as (
  select p.org_id, p.id
  from due_orgs o
  cross join lateral (
    select r.org_id, r.id from runs r
    where r.org_id = o.org_id and r.worker_id is null and r.concurrency is null and r.due_at <= now()
      and (r.order_key is null or r.state is not null or not exists (
        select 1 from runs e
        where e.org_id = r.org_id and e.workflow_id = r.workflow_id and e.order_key = r.order_key and e.seq < r.seq))
    order by r.due_at
    limit greatest($2::int / (select count(*) from due_orgs), 1)
    for update skip locked
  ) p
  limit $2
)
update runs r set worker_id = $1, token = r.token + 1, status = 'running', claims = r.claims + 1, debounce_key = null
from picked p
where r.org_id = p.org_id and r.id = p.id
returning
  -- Whether an organization gave up its whole share, and so may have more.
  (select bool_or(n >= greatest($2::int / (select count(*) from due_orgs), 1))
   from (select count(*) as n from picked group by org_id) as given) as more,
  exists (select 1 from runs l where l.concurrency is not null and l.worker_id is null and l.due_at <= now()) as limited,
  `;

/**
 * The same for runs of workflows with a concurrency limit. Counting and taking must not race, so one worker at a time
 * does it, under an advisory lock; the lock is not waited for, since the next poll comes soon. $1 worker, $2 batch.
 */
export const claimLimitedRuns = `
with lock as materialized (select pg_try_advisory_xact_lock(hashtext('mainspring.claim-limited')) as mine),
held as (
  select workflow_id, count(*) as n from runs
  where concurrency is not null and worker_id is not null group by workflow_id
),
ranked as (
  select r.org_id, r.id, r.concurrency, coalesce(h.n, 0) as held,
    row_number() over (partition by r.workflow_id order by r.due_at, r.seq) as place
  from runs r left join held h on h.workflow_id = r.workflow_id
  where r.concurrency is not null and r.worker_id is null and r.due_at <= now()
    and (select mine from lock) and ${HAS_LEASE}
    and (r.order_key is null or r.state is not null or not exists (
      select 1 from runs e
      where e.org_id = r.org_id and e.workflow_id = r.workflow_id and e.order_key = r.order_key and e.seq < r.seq))
),
picked as (
  select org_id, id from ranked where place + held <= concurrency order by place limit $2
)
update runs r set worker_id = $1, token = r.token + 1, status = 'running', claims = r.claims + 1, debounce_key = null
from picked p
where r.org_id = p.org_id and r.id = p.id and r.worker_id is null
returning `;

export const claimedColumns = `
  r.org_id, r.id, r.workflow_id, r.version, r.trigger_id, r.event, r.subject_id, r.state, r.token, r.wake, r.claims,
  r.depth, r.parent_run_id, r.parent_step, r.parent_attempt, extract(epoch from r.started_at) * 1000 as started_ms,
  extract(epoch from r.due_at) * 1000 as due_ms, extract(epoch from clock_timestamp()) * 1000 as now_ms`;

export type ClaimedRow = {
  readonly org_id: string;
  readonly id: string;
  readonly workflow_id: string;
  readonly version: number;
  readonly trigger_id: string | null;
  readonly event: unknown;
  readonly subject_id: string | null;
  readonly state: unknown;
  readonly token: string | number;
  readonly wake: number;
  readonly claims: number;
  readonly depth: number;
  readonly parent_run_id: string | null;
  readonly parent_step: string | null;
  readonly parent_attempt: number | null;
  readonly started_ms: string | number;
  readonly due_ms: string | number;
  readonly now_ms: string | number;
  /** False: nothing else was due that could be claimed with it. */
  readonly more?: boolean;
  /** False: no run of a workflow with a concurrency limit was due. */
  readonly limited?: boolean;
};
