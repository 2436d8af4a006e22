-- Organizations whose sending steps wait for a person's yes. A restored backup holds them all: the same messages may
-- have left before, by the server that the backup was taken from.
--
-- Rows come only with a restore, which needs an empty database and no server. So what a worker has read when it took
-- its lease can only become less.
create table sending_holds (
  org_id uuid primary key references organizations (id) on delete cascade,
  -- When the backup was taken, and when it was restored.
  backup_at timestamptz not null,
  since timestamptz not null default now()
);
select mainspring.protect('sending_holds');
revoke insert, update on sending_holds from mainspring_tenant, mainspring_engine;
