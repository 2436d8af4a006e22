-- People and their sessions, in the shape that better-auth works on. A person may be a member of several
-- organizations, so these tables belong to none: only the engine may touch them, no tenant.
create table users (
  id uuid primary key,
  name text not null check (char_length(name) between 1 and 200),
  -- In lower case.
  email text not null unique check (email = lower(email) and char_length(email) <= 254),
  email_verified boolean not null default false,
  image text,
  two_factor_enabled boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table sessions (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  -- Worth nothing without the server's signature over it, which only the cookie has.
  token text not null unique,
  expires_at timestamptz not null,
  ip_address text,
  user_agent text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index sessions_by_user on sessions (user_id);

-- One way to sign in: `credential` with a password's hash, or an outside service.
create table accounts (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  provider_id text not null,
  account_id text not null,
  -- Encrypted.
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  password text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (provider_id, account_id)
);
create index accounts_by_user on accounts (user_id);

-- What was sent to prove an address, to reset a password, or to come back from an outside service. Names are hashed.
create table verifications (
  id uuid primary key,
  identifier text not null,
  value text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index verifications_by_identifier on verifications (identifier);

-- Secret and recovery codes are encrypted.
create table two_factors (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  secret text not null,
  backup_codes text not null,
  verified boolean not null default true,
  failed_verification_count int not null default 0,
  locked_until timestamptz
);
create index two_factors_by_user on two_factors (user_id);

grant select, insert, update, delete on users, sessions, accounts, verifications, two_factors to mainspring_engine;

-- Who belongs to an organization, and as what.
create table members (
  org_id uuid not null references organizations (id) on delete cascade,
  user_id uuid not null references users (id) on delete cascade,
  role text not null check (role in ('owner', 'admin', 'editor', 'viewer')),
  joined_at timestamptz not null default now(),
  primary key (org_id, user_id)
);
create index members_by_user on members (user_id, joined_at);
select mainspring.protect('members');

-- An address that may join. Good once, and until it expires. Without an e-mail address for whoever holds the link:
-- only the first start of a server makes such a one.
create table invitations (
  org_id uuid not null references organizations (id) on delete cascade,
  id uuid not null,
  email text check (email = lower(email)),
  role text not null check (role in ('owner', 'admin', 'editor', 'viewer')),
  token_hash bytea not null unique,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  accepted_at timestamptz,
  revoked_at timestamptz,
  primary key (org_id, id),
  check (accepted_at is null or revoked_at is null)
);
create index invitations_by_email on invitations (email) where accepted_at is null and revoked_at is null;
select mainspring.protect('invitations');

-- Whoever reads a mail about an account could sign in as its receiver: such are for owners alone.
alter table messages add column private boolean not null default false;
