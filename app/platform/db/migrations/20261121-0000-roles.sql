-- Two roles without login that every server process switches to, and what protects a tenant's rows.
-- Roles belong to the whole cluster: other databases, or another runner at this moment, may have made them already.
do $$
declare
  wanted text;
begin
  foreach wanted in array array['mainspring_tenant', 'mainspring_engine'] loop
    if not exists (select from pg_roles where rolname = wanted) then
      begin
        execute format('create role %I nologin noinherit nosuperuser nobypassrls', wanted);
      exception
        when duplicate_object or unique_violation then null;
      end;
    end if;
    -- SET: connections of the login user take the role on. INHERIT only for the engine, so that a migration that
    -- changes rows sees all of them although row-level security is forced on the owner.
    if not pg_has_role(current_user, wanted, 'SET') then
      execute format('grant %I to current_user with set true, inherit %s', wanted, wanted = 'mainspring_engine');
    end if;
  end loop;
end
$$;

grant usage on schema mainspring to mainspring_tenant, mainspring_engine;
grant usage on schema public to mainspring_tenant, mainspring_engine;

-- The organization of this transaction. Unset is an error, on purpose: a query without a tenant must not answer.
create function mainspring.current_org() returns uuid
  language sql stable parallel safe
  return current_setting('mainspring.org')::uuid;

-- Called by the migration of every table that has an org_id. On a partitioned table it protects what is read and
-- written through the parent; partitions get no grants, so there is no other way to them.
create function mainspring.protect(target regclass) returns void
  language plpgsql
as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format(
    'create policy tenant_isolation on %s for all to mainspring_tenant '
    'using (org_id = mainspring.current_org()) with check (org_id = mainspring.current_org())', target);
  execute format(
    'create policy engine_all on %s for all to mainspring_engine using (true) with check (true)', target);
  execute format('grant select, insert, update, delete on %s to mainspring_tenant, mainspring_engine', target);
end
$$;
