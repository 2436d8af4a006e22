-- Organizations and the keys by which programs act for them.
create table organizations (
  id uuid primary key,
  name text not null check (char_length(name) between 1 and 200),
  timezone text not null default 'UTC',
  created_at timestamptz not null default now()
);

alter table organizations enable row level security;
alter table organizations force row level security;
create policy tenant_isolation on organizations for all to mainspring_tenant
  using (id = mainspring.current_org()) with check (id = mainspring.current_org());
create policy engine_all on organizations for all to mainspring_engine using (true) with check (true);
grant select, update on organizations to mainspring_tenant;
grant select, insert, update, delete on organizations to mainspring_engine;

-- Only a hash is stored: a key cannot be read back, by anyone.
create table api_keys (
  org_id uuid not null references organizations (id) on delete cascade,
  id uuid not null,
  name text not null,
  key_hash bytea not null,
  -- The first characters, so that people can tell keys apart.
  hint text not null,
  created_at timestamptz not null default now(),
  revoked_at timestamptz,
  primary key (org_id, id)
);
create unique index api_keys_hash on api_keys (key_hash);
select mainspring.protect('api_keys');

-- Answers to POST requests that carried an Idempotency-Key, so that a repeat gets the first answer.
create table idempotency_keys (
  org_id uuid not null references organizations (id) on delete cascade,
  key_hash bytea not null,
  request_hash bytea not null,
  status smallint,
  response json,
  created_at timestamptz not null default now(),
  primary key (org_id, key_hash)
);
create index idempotency_keys_age on idempotency_keys (created_at);
select mainspring.protect('idempotency_keys');
