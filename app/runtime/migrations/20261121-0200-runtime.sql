-- The durable runtime: what is deployed, what came in, what runs, what waits, what happened.
--
-- Invariants that the tables themselves hold:
--   R1  A run is held by at most one worker; every change by a worker names the token of its claim.
--   R2  A run stands either in `runs` (alive) or in `run_history` (finished), never in both.
--   R3  A key of an event is used once (event_keys).
--   R4  `json`, not `jsonb`, holds data: it keeps numbers and every escaped character as they came.

-- ── What is deployed ────────────────────────────────────────────────────────────────────────────────────────────
-- One row per organization. Intake compares it in the statement that accepts an event, so that no event is ever
-- routed by an outdated list of workflows; publishing and pausing raise it in their own transaction.
create table deployment_revisions (
  org_id uuid primary key references organizations (id) on delete cascade,
  revision bigint not null default 1,
  -- Raised with each new event wait, so that an intake whose snapshot is older than the wait notices and begins again.
  waits bigint not null default 0
);
select mainspring.protect('deployment_revisions');

create table workflow_versions (
  org_id uuid not null references organizations (id) on delete cascade,
  workflow_id uuid not null,
  version int not null check (version > 0),
  definition json not null,
  created_at timestamptz not null default now(),
  primary key (org_id, workflow_id, version)
);
select mainspring.protect('workflow_versions');

-- The one pointer that says which version of a workflow starts runs, and whether it does.
create table deployments (
  org_id uuid not null references organizations (id) on delete cascade,
  workflow_id uuid not null,
  version int not null,
  active boolean not null,
  updated_at timestamptz not null default now(),
  primary key (org_id, workflow_id),
  foreign key (org_id, workflow_id, version) references workflow_versions (org_id, workflow_id, version)
);
select mainspring.protect('deployments');

-- One row per schedule trigger of an active deployment, with its next tick.
create table schedules (
  org_id uuid not null references organizations (id) on delete cascade,
  workflow_id uuid not null,
  trigger_id text not null,
  version int not null,
  next_at timestamptz,
  anchor timestamptz not null default now(),
  primary key (org_id, workflow_id, trigger_id)
);
create index schedules_due on schedules (next_at) where next_at is not null;
select mainspring.protect('schedules');

-- ── What came in ────────────────────────────────────────────────────────────────────────────────────────────────
create table events (
  org_id uuid not null,
  id uuid not null,
  type text not null,
  data json not null,
  subject_id text,
  occurred_at timestamptz not null,
  received_at timestamptz not null default now(),
  -- How many workflows stand between this event and one that came from outside.
  depth smallint not null default 0,
  -- Which triggers were asked and what each answered: the answer to "why did it not run?".
  decisions json
) partition by range (received_at);
create index events_by_type on events (org_id, type, received_at);
select mainspring.protect('events');

create table event_keys (
  org_id uuid not null,
  key_hash bytea not null,
  event_id uuid not null,
  run_ids uuid[] not null,
  created_at timestamptz not null default now(),
  primary key (org_id, key_hash)
);
create index event_keys_age on event_keys using brin (created_at);
select mainspring.protect('event_keys');

-- ── What runs ───────────────────────────────────────────────────────────────────────────────────────────────────
-- A worker holds runs as long as its own row says so: one row to renew, however many runs it holds.
create table workers (
  id uuid primary key,
  host text not null,
  pid int not null,
  -- When the process started, by its own clock: tells it from an earlier one with the same number.
  process_started double precision not null,
  started_at timestamptz not null default now(),
  lease_until timestamptz not null
);
grant select, insert, update, delete on workers to mainspring_engine;

create table runs (
  -- No foreign key here or on event_keys: each insert would lock the organization's row.
  org_id uuid not null,
  id uuid not null,
  workflow_id uuid not null,
  version int not null,
  trigger_id text,
  event_id uuid not null,
  event json not null,
  subject_id text,
  status text not null check (status in ('queued', 'running', 'waiting', 'parked')),
  -- The interpreter's state after the last commit; null before the first.
  state json,
  -- When a worker must look at the run; null where only something from outside can move it.
  due_at timestamptz,
  worker_id uuid,
  -- Rises with each claim. A worker whose claim was taken over no longer knows the right one.
  token bigint not null default 0,
  -- Rises with each message put into the inbox, so that a worker cannot let go of a run without seeing it.
  wake int not null default 0,
  -- Claims since the last commit: a run that keeps killing its worker is found by it.
  claims int not null default 0,
  -- Runs with the same key go one after the other, by `seq`.
  order_key text,
  seq bigint generated always as identity,
  -- Runs of one workflow that may be held at the same time.
  concurrency int,
  -- A later event with the same key takes the place of the one that waits.
  debounce_key text,
  depth smallint not null default 0,
  parent_run_id uuid,
  parent_step text,
  parked json,
  started_at timestamptz not null default now(),
  primary key (org_id, id),
  check (status <> 'running' or worker_id is not null),
  check (status <> 'parked' or parked is not null)
);
-- The claim reads this index and no other: only runs that nobody holds and that will be due by themselves.
create index runs_due on runs (org_id, due_at) where worker_id is null and due_at is not null and concurrency is null;
create index runs_due_limited on runs (workflow_id, due_at) where concurrency is not null;
create index runs_held on runs (worker_id) where worker_id is not null;
create index runs_by_workflow on runs (org_id, workflow_id, id);
create index runs_by_subject on runs (org_id, subject_id, id) where subject_id is not null;
create index runs_in_order on runs (org_id, workflow_id, order_key, seq) where order_key is not null;
create index runs_by_parent on runs (org_id, parent_run_id) where parent_run_id is not null;
create unique index runs_debounced on runs (org_id, workflow_id, debounce_key)
  where debounce_key is not null and status = 'queued' and worker_id is null and state is null;
alter table runs set (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
select mainspring.protect('runs');

-- No foreign keys to runs here: their triggers would cost more than the commit that ends a run; that commit deletes
-- the rows itself.
-- What others have to say to a run: an event it waits for, a finished child, a person's command.
create table run_inbox (
  org_id uuid not null,
  run_id uuid not null,
  id bigint generated always as identity,
  message json not null,
  primary key (run_id, id)
);
select mainspring.protect('run_inbox');

create table event_waits (
  org_id uuid not null,
  run_id uuid not null,
  step text not null,
  -- An event's name, or a prefix followed by *.
  event text not null,
  -- `path=json` of a value that a matching event must hold; null: any may match.
  match text,
  since timestamptz not null,
  primary key (org_id, run_id, step)
);
create index event_waits_by_event on event_waits (org_id, event, match);
select mainspring.protect('event_waits');

-- Steps of runs that are alive. They move to run_step_history when their run ends.
create table run_steps (
  org_id uuid not null,
  run_id uuid not null,
  key text not null,
  node_id text not null,
  item text,
  seq int not null,
  attempt int not null,
  status text not null
    check (status in ('running', 'waiting', 'completed', 'failed', 'skipped', 'parked', 'compensated')),
  started_at timestamptz not null,
  finished_at timestamptz,
  due_at timestamptz,
  port text,
  input json,
  output json,
  error json,
  primary key (org_id, run_id, key)
);
select mainspring.protect('run_steps');

-- ── What happened ───────────────────────────────────────────────────────────────────────────────────────────────
-- Partitioned by the time a run ended, so that retention drops whole partitions and never touches a live run.
create table run_history (
  org_id uuid not null,
  id uuid not null,
  workflow_id uuid not null,
  version int not null,
  trigger_id text,
  event_id uuid not null,
  event json not null,
  subject_id text,
  status text not null check (status in ('completed', 'failed', 'cancelled')),
  output json,
  error json,
  -- Kept for runs that did not complete: a retry goes on from it.
  state json,
  depth smallint not null,
  parent_run_id uuid,
  parent_step text,
  started_at timestamptz not null,
  finished_at timestamptz not null default now()
) partition by range (finished_at);
create index run_history_by_id on run_history (org_id, id);
create index run_history_by_workflow on run_history (org_id, workflow_id, id);
create index run_history_by_subject on run_history (org_id, subject_id, id) where subject_id is not null;
select mainspring.protect('run_history');

create table run_step_history (
  org_id uuid not null,
  run_id uuid not null,
  key text not null,
  node_id text not null,
  item text,
  seq int not null,
  attempt int not null,
  status text not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  due_at timestamptz,
  port text,
  input json,
  output json,
  error json,
  run_finished_at timestamptz not null default now()
) partition by range (run_finished_at);
create index run_step_history_by_run on run_step_history (org_id, run_id);
select mainspring.protect('run_step_history');

-- Runs that ended badly or are stuck until a person looks: one open row per run.
create table dead_letters (
  org_id uuid not null references organizations (id) on delete cascade,
  id uuid not null,
  run_id uuid not null,
  workflow_id uuid not null,
  node_id text,
  code text not null,
  message text not null,
  created_at timestamptz not null default now(),
  resolved_at timestamptz,
  primary key (org_id, id)
);
create unique index dead_letters_open on dead_letters (org_id, run_id) where resolved_at is null;
select mainspring.protect('dead_letters');

-- ── Gates of triggers ───────────────────────────────────────────────────────────────────────────────────────────
-- Rates by the generic cell rate algorithm: `tat` is the theoretical arrival time of the next start.
create table rate_cells (
  org_id uuid not null references organizations (id) on delete cascade,
  key_hash bytea not null,
  tat timestamptz not null,
  primary key (org_id, key_hash)
);
select mainspring.protect('rate_cells');

-- Subjects that a workflow with re-entry `once` has seen.
create table reentries (
  org_id uuid not null references organizations (id) on delete cascade,
  workflow_id uuid not null,
  subject_id text not null,
  run_id uuid not null,
  created_at timestamptz not null default now(),
  primary key (org_id, workflow_id, subject_id)
);
select mainspring.protect('reentries');

-- ── Partitions ──────────────────────────────────────────────────────────────────────────────────────────────────
-- One partition a week, Monday to Monday, UTC.
create function mainspring.ensure_partitions(parent regclass, weeks_ahead int) returns void
  language plpgsql as $$
declare
  monday timestamp := date_trunc('week', now() at time zone 'utc');
  first timestamp;
begin
  for week in -1 .. weeks_ahead loop
    first := monday + week * interval '7 days';
    execute format(
      'create table if not exists %I partition of %s for values from (%L) to (%L)',
      parent::text || to_char(first, '_YYYYMMDD'), parent, first::text || '+00', (first + interval '7 days')::text || '+00'
    );
  end loop;
end $$;

-- Drops each partition that holds nothing younger than `before`; returns their names.
create function mainspring.drop_partitions(parent regclass, before timestamptz) returns setof text
  language plpgsql as $$
declare
  part record;
begin
  for part in
    select c.relname, to_date(right(c.relname, 8), 'YYYYMMDD') as first
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = parent
    order by 1
  loop
    if (part.first + 7)::timestamp at time zone 'utc' <= before then
      execute format('drop table %I', part.relname);
      return next part.relname;
    end if;
  end loop;
end $$;

select mainspring.ensure_partitions('events', 4);
select mainspring.ensure_partitions('run_history', 4);
select mainspring.ensure_partitions('run_step_history', 4);
