-- Workflows as people edit them, and the addresses at which their webhook triggers listen. What runs is the runtime's:
-- workflow_versions and deployments.
create table workflows (
  org_id uuid not null references organizations (id) on delete cascade,
  id uuid not null,
  name text not null check (char_length(name) between 1 and 200),
  -- What is being edited; publishing copies it into a version that never changes.
  draft json not null,
  -- Rises with each change of the draft, so that nobody writes over a change they have not seen.
  draft_revision int not null default 1,
  status text not null default 'draft' check (status in ('draft', 'active', 'paused')),
  published_version int check (published_version > 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  primary key (org_id, id),
  check ((status = 'draft') = (published_version is null))
);
select mainspring.protect('workflows');

-- One row per webhook trigger, kept while the workflow lives: the address stays the same across versions, and comes
-- back where a trigger is removed and put in again.
create table hooks (
  org_id uuid not null,
  workflow_id uuid not null,
  trigger_id text not null,
  -- SHA-256 of the token in the address: requests are looked up by it.
  token_hash bytea not null,
  -- The token itself, sealed, because the address is shown at every look at the workflow.
  token_sealed text not null,
  -- What senders sign with, sealed. Null until the trigger first asks for a way of checking that needs one.
  secret_sealed text,
  -- The secret before the last change, good until the time given, so that senders can be changed one by one.
  previous_secret_sealed text,
  previous_secret_until timestamptz,
  -- The trigger as the published version has it; null where that version lacks it.
  published_trigger json,
  created_at timestamptz not null default now(),
  primary key (org_id, workflow_id, trigger_id),
  foreign key (org_id, workflow_id) references workflows (org_id, id) on delete cascade,
  check ((previous_secret_sealed is null) = (previous_secret_until is null))
);
create unique index hooks_by_token on hooks (token_hash);
select mainspring.protect('hooks');
