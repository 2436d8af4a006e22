-- What was or would be sent to people, whatever the channel. The text that left is kept, so that anyone can see later
-- what a person was told.
create table messages (
  org_id uuid not null,
  id uuid not null,
  channel text not null,
  to_addresses text[] not null,
  cc text[] not null default '{}',
  bcc text[] not null default '{}',
  reply_to text,
  from_address text,
  subject text,
  body_text text,
  body_html text,
  -- outbox: kept here because no way to send is set up; held: waits for a person's yes.
  status text not null check (status in ('outbox', 'sending', 'sent', 'failed', 'held')),
  error text,
  run_id uuid,
  workflow_id uuid,
  step text,
  -- The same for every attempt of a step: a second attempt finds its message instead of making another.
  idempotency_key text not null,
  -- Message-ID header of the mail, angle brackets included.
  message_id text,
  created_at timestamptz not null default now(),
  -- When it was last begun to be handed over.
  attempted_at timestamptz,
  sent_at timestamptz,
  primary key (org_id, id),
  unique (org_id, idempotency_key),
  check (cardinality(to_addresses) > 0),
  check ((status = 'sent') = (sent_at is not null))
);

-- The list of all, newest first, goes by the primary key: ids grow with time.
create index messages_by_run on messages (org_id, run_id, id) where run_id is not null;
create index messages_by_recipient on messages using gin (to_addresses);

select mainspring.protect('messages');
