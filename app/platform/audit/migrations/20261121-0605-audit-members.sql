-- People make changes too, beside keys and the server itself.
alter table audit_log
  drop constraint audit_log_actor_kind_check,
  add constraint audit_log_actor_kind_check check (actor_kind in ('api_key', 'member', 'system'));
