-- Who changed what, when. Rows of an organization are numbered without gaps and each holds a hash over itself and the
-- hash before it, so that a row which is later changed, taken out or put elsewhere shows.
--
--   A1  A row is written in the transaction of the change: both or neither.
--   A2  The server's roles may add rows and read them; they may not change or delete any, nor touch the head.
--   A3  Number, time and hashes are the trigger's; nobody else can give them.

-- The newest row of each organization; also the lock by which its rows come one after the other.
create table audit_heads (
  org_id uuid primary key references organizations (id) on delete cascade,
  seq bigint not null,
  hash bytea not null
);
select mainspring.protect('audit_heads');
revoke insert, update, delete on audit_heads from mainspring_tenant, mainspring_engine;

create table audit_log (
  org_id uuid not null references organizations (id) on delete cascade,
  seq bigint not null,
  at timestamptz not null,
  actor_kind text not null check (actor_kind in ('api_key', 'system')),
  -- Of the key; null where the server acted by itself.
  actor_id text check ((actor_id is null) = (actor_kind = 'system')),
  -- Such as workflow.published.
  action text not null,
  object_type text not null,
  object_id text not null,
  -- What of the object changed, without secrets: null before it was made, and after it is gone.
  before json,
  after json,
  prev_hash bytea not null,
  hash bytea not null,
  primary key (org_id, seq)
);
create index audit_log_by_object on audit_log (org_id, object_type, object_id, seq);
select mainspring.protect('audit_log');
revoke insert, update, delete on audit_log from mainspring_tenant, mainspring_engine;
grant insert (org_id, actor_kind, actor_id, action, object_type, object_id, before, after) on audit_log
  to mainspring_tenant, mainspring_engine;

-- A field with its length in front, so that no two rows give the same text.
create function mainspring.audit_field(value text) returns text
  language sql immutable
  return coalesce(octet_length(value)::text || ':' || value, '-');

-- Runs as the owner, since nobody else may touch the head (A2, A3).
create function mainspring.chain_audit_row() returns trigger
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
  insert into audit_heads as head (org_id, seq, hash) values (new.org_id, 1, decode(repeat('00', 32), 'hex'))
    on conflict (org_id) do update set seq = head.seq + 1
    returning head.seq, head.hash into new.seq, new.prev_hash;
  new.at := clock_timestamp();
  new.hash := sha256(new.prev_hash || convert_to(
    mainspring.audit_field(new.org_id::text) || mainspring.audit_field(new.seq::text)
    || mainspring.audit_field(to_char(new.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
    || mainspring.audit_field(new.actor_kind) || mainspring.audit_field(new.actor_id)
    || mainspring.audit_field(new.action)
    || mainspring.audit_field(new.object_type) || mainspring.audit_field(new.object_id)
    || mainspring.audit_field(new.before::text) || mainspring.audit_field(new.after::text), 'UTF8'));
  update audit_heads set hash = new.hash where org_id = new.org_id;
  return new;
end
$$;
revoke execute on function mainspring.chain_audit_row() from public;
create trigger chain_audit_row before insert on audit_log for each row execute function mainspring.chain_audit_row();
