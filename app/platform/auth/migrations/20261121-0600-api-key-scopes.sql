-- What an API key may do, and until when. Keys from before this may do everything, for ever, as they could.
alter table api_keys
  add column scopes text[] not null default '{full}'
    check (cardinality(scopes) > 0 and scopes <@ array['full', 'read', 'run', 'edit']),
  add column expires_at timestamptz;
