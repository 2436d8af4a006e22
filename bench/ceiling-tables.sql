-- The rows that one run of three steps leaves, with every column that then holds something, and as many indexes as
-- each such row enters in Mainspring. Left out: partitions, row-level security, checks, and columns that stay empty.
create table events (
  org_id uuid not null,
  id uuid not null,
  type text not null,
  data json not null,
  occurred_at timestamptz not null,
  received_at timestamptz not null default now(),
  depth smallint not null default 0,
  decisions json
);
create index events_by_type on events (org_id, type, received_at);

create table runs (
  org_id uuid not null,
  id uuid not null,
  workflow_id uuid not null,
  version int not null,
  trigger_id text,
  event_id uuid not null,
  event json not null,
  status text not null,
  due_at timestamptz,
  worker_id uuid,
  token bigint not null default 0,
  claims int not null default 0,
  seq bigint generated always as identity,
  depth smallint not null default 0,
  started_at timestamptz not null default now(),
  primary key (org_id, id)
);
create index runs_due on runs (org_id, due_at) where worker_id is null;
create index runs_held on runs (worker_id) where worker_id is not null;
create index runs_by_workflow on runs (org_id, workflow_id, id);
alter table runs set (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

create table run_history (
  org_id uuid not null,
  id uuid not null,
  workflow_id uuid not null,
  version int not null,
  trigger_id text,
  event_id uuid not null,
  event json not null,
  status text not null,
  depth smallint not null,
  started_at timestamptz not null,
  finished_at timestamptz not null default now()
);
create index run_history_by_id on run_history (org_id, id);
create index run_history_by_workflow on run_history (org_id, workflow_id, id);

create table run_step_history (
  org_id uuid not null,
  run_id uuid not null,
  key text not null,
  node_id text not null,
  seq int not null,
  attempt int not null,
  status text not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  port text,
  input json,
  output json,
  run_finished_at timestamptz not null default now()
);
create index run_step_history_by_run on run_step_history (org_id, run_id);
