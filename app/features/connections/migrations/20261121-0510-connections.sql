-- Access data to outside services. A secret has a random key of its own (`data_key`, wrapped by the master key that
-- `key_id` names) and is sealed for its organization, its id and its version: see platform/secrets/envelope.ts.
create table connections (
  org_id uuid not null references organizations (id) on delete cascade,
  id uuid not null,
  -- What definitions may name it by. Never in the form of an id, so that the two cannot be mistaken for each other.
  name text not null check (char_length(name) between 1 and 100),
  kind text not null check (kind in ('api_key', 'basic', 'bearer', 'custom', 'webhook', 'smtp')),
  -- Where the secret may be sent. To be shown: what counts is the copy inside the sealed value, which nobody can
  -- change without the key.
  hosts text[] not null check (cardinality(hosts) between 1 and 50),
  -- Rises whenever the sealed value is made anew.
  version int not null default 1 check (version > 0),
  key_id text not null,
  data_key bytea not null,
  sealed bytea not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (org_id, id),
  unique (org_id, name)
);
-- What a change of the master key still has to wrap anew.
create index connections_by_key on connections (key_id, org_id, id);
select mainspring.protect('connections');
-- Write-only for those who act for an organization: only the engine, which carries out steps, reads what is sealed.
revoke select on connections from mainspring_tenant;
grant select (org_id, id, name, kind, hosts, version, key_id, created_at, updated_at) on connections
  to mainspring_tenant;
