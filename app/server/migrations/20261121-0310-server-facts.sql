-- What a server must find again at its next start; belongs to no organization. `secret_key_check` tells whether the
-- master key is still the one that everything was sealed with.
create table server_facts (
  name text primary key,
  value text not null,
  created_at timestamptz not null default now()
);
grant select, insert on server_facts to mainspring_engine;
