-- Intake compares an organization's revision in the statement that stores an event, so every organization needs its row
-- from the start, also one that has never published anything.
create function mainspring.begin_revisions() returns trigger
  language plpgsql as $$
begin
  insert into deployment_revisions (org_id) values (new.id) on conflict do nothing;
  return new;
end $$;
create trigger begin_revisions after insert on organizations
  for each row execute function mainspring.begin_revisions();

insert into deployment_revisions (org_id) select id from organizations on conflict do nothing;
