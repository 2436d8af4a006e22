/**
 * What stands open in the walls between organizations, read from PostgreSQL's own catalogue: a table without its
 * policies, a right too many, a way around. Written against what is there and not against a list of tables, so that a
 * new table is looked at without anyone thinking of it.
 */
import type pg from 'pg';

/** One sentence for each; none where the walls are whole. As the owner of the tables. */
export async function findHoles(owner: Pick<pg.ClientBase, 'query'>): Promise<readonly string[]> {
  const holes: string[] = [];
  for (const query of QUERIES) {
    const { rows } = await owner.query<{ hole: string }>(`with ${NAMES} ${query} order by 1`);
    holes.push(...rows.map(({ hole }) => hole));
  }
  return holes;
}

/** `server_roles`: both; `tenant_tables`: with their column. */
const NAMES = `
  server_roles as (
    select oid, rolname from pg_roles where rolname in ('mainspring_tenant', 'mainspring_engine')
  ),
  our_tables as (
    select c.oid, c.oid::regclass::text as name, c.relkind, c.relispartition, c.relrowsecurity, c.relforcerowsecurity,
      c.relacl, c.relowner
    from pg_class c
    where c.relnamespace in ('public'::regnamespace, 'mainspring'::regnamespace) and c.relkind in ('r', 'p')
  ),
  tenant_tables as (
    select t.*, case t.name when 'organizations' then 'id' else 'org_id' end as org_column
    from our_tables t
    where not t.relispartition and (t.name = 'organizations' or exists (
      select from pg_attribute a where a.attrelid = t.oid and a.attname = 'org_id' and not a.attisdropped))
  ),
  rights as (
    select t.oid, t.name, t.relispartition, a.grantee, a.privilege_type, a.is_grantable, false as of_column
    from our_tables t cross join aclexplode(t.relacl) a where a.grantee <> t.relowner
    union all
    select t.oid, t.name, t.relispartition, a.grantee, a.privilege_type, a.is_grantable, true
    from our_tables t join pg_attribute c on c.attrelid = t.oid cross join aclexplode(c.attacl) a
    where a.grantee <> t.relowner
  )`;

const UNFORCED = `
  select format('row-level security is not %s on %s',
    case when relrowsecurity then 'forced' else 'enabled' end, name) as hole
  from tenant_tables where not (relrowsecurity and relforcerowsecurity)`;

const POLICIES = `
  , wanted as (
    select oid, name, 'tenant_isolation' as policy, 'mainspring_tenant' as role,
      format('(%I = mainspring.current_org())', org_column) as condition from tenant_tables
    union all
    select oid, name, 'engine_all', 'mainspring_engine', 'true' from tenant_tables
  ),
  found as (
    select p.polrelid as oid, p.polname::text as policy, p.polcmd = '*' and p.polpermissive as is_whole,
      array_to_string(array(select coalesce(r.rolname, 'PUBLIC') from unnest(p.polroles) o
        left join pg_roles r on r.oid = o order by 1), ', ') as role,
      pg_get_expr(p.polqual, p.polrelid) as condition, pg_get_expr(p.polwithcheck, p.polrelid) as check_condition
    from pg_policy p join our_tables t on t.oid = p.polrelid
  )
  select format('the policy %s of %s is missing', w.policy, w.name) as hole
  from wanted w where not exists (select from found f where f.oid = w.oid and f.policy = w.policy)
  union all
  select format('the policy %s of %s is not the one that Mainspring makes', f.policy, f.oid::regclass)
  from found f where not exists (
    select from wanted w
    where w.oid = f.oid and w.policy = f.policy and w.role = f.role and f.is_whole
      and w.condition = f.condition and w.condition = f.check_condition)`;

const NULLABLE = `
  select format('%s.%s may be null: such a row belongs to nobody', t.name, t.org_column) as hole
  from tenant_tables t join pg_attribute a on a.attrelid = t.oid and a.attname = t.org_column
  where not a.attnotnull`;

/** A key into another table could point at another organization's row, and tell whether it is there. */
const STRAY_KEYS = `
  select format('the foreign key %s of %s does not hold the organization', k.conname, t.name) as hole
  from pg_constraint k
  join tenant_tables t on t.oid = k.conrelid
  join tenant_tables o on o.oid = k.confrelid
  where k.contype = 'f' and k.conparentid = 0 and not exists (
    select from unnest(k.conkey, k.confkey) as pair(here, there)
    join pg_attribute h on h.attrelid = t.oid and h.attnum = pair.here
    join pg_attribute f on f.attrelid = o.oid and f.attnum = pair.there
    where h.attname = t.org_column and f.attname = o.org_column)`;

const RIGHTS = `
  select distinct case
    when r.relispartition then format('%s has %s on the partition %s, around the policies of its parent',
      coalesce(s.rolname, 'PUBLIC'), r.privilege_type, r.name)
    when r.grantee = 0 then format('PUBLIC has %s on %s', r.privilege_type, r.name)
    when s.rolname = 'mainspring_tenant' and t.oid is null
      then format('mainspring_tenant has %s on %s, which has no policies', r.privilege_type, r.name)
    when r.is_grantable then format('%s may pass %s on %s on to others', s.rolname, r.privilege_type, r.name)
    else format('%s has %s on %s', s.rolname, r.privilege_type, r.name)
  end as hole
  from rights r
  left join server_roles s on s.oid = r.grantee
  left join tenant_tables t on t.oid = r.oid
  where (r.grantee = 0 or s.oid is not null) and (
    r.relispartition or r.grantee = 0 or r.is_grantable
    or (s.rolname = 'mainspring_tenant' and t.oid is null)
    or r.privilege_type not in ('SELECT', 'INSERT', 'UPDATE', 'DELETE'))`;

/** Read by their owner's rights, so that the policies of the tables below do not count. */
const VIEWS = `
  select distinct format('the view %s reads %s past row-level security', v.oid::regclass, t.name) as hole
  from pg_class v
  join pg_rewrite w on w.ev_class = v.oid
  join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid and d.refclassid = 'pg_class'::regclass
  join our_tables t on t.oid = d.refobjid
  where v.relkind in ('v', 'm')`;

const RULES = `
  select format('the rule %s rewrites what is done to %s', w.rulename, t.name) as hole
  from pg_rewrite w join our_tables t on t.oid = w.ev_class`;

/**
 * A function that runs with its owner's rights is a door in the wall. One is meant: the trigger that chains the audit.
 * It can only be fired and not be called, and looks names up where it says.
 */
const FUNCTIONS = `
  select format('the function %s runs with the rights of its owner', p.oid::regprocedure) as hole
  from pg_proc p
  where p.prosecdef and p.pronamespace in ('public'::regnamespace, 'mainspring'::regnamespace) and not (
    p.oid = to_regprocedure('mainspring.chain_audit_row()')
    and p.prorettype = 'trigger'::regtype
    and exists (select from unnest(p.proconfig) setting where setting like 'search_path=pg_catalog,%pg_temp')
    and not has_function_privilege('mainspring_tenant', p.oid, 'execute')
    and not has_function_privilege('mainspring_engine', p.oid, 'execute'))
  union all
  select 'mainspring.current_org() is not the one that Mainspring makes'
  where not exists (
    select from pg_proc p
    where p.oid = to_regprocedure('mainspring.current_org()')
      and pg_get_function_sqlbody(p.oid) = $$RETURN (current_setting('mainspring.org'::text))::uuid$$)`;

const ROLES = `
  select format('%s %s', rolname, what) as hole
  from pg_roles cross join lateral (values
    (rolsuper, 'is a superuser'), (rolbypassrls, 'passes row-level security'), (rolcanlogin, 'may log in'),
    (rolcreaterole, 'may make roles'), (rolcreatedb, 'may make databases'), (rolreplication, 'may replicate')
  ) as may(does, what)
  where rolname in ('mainspring_tenant', 'mainspring_engine') and does
  union all
  select format('%s is a member of %s', s.rolname, m.roleid::regrole)
  from pg_auth_members m join server_roles s on s.oid = m.member
  union all
  select format('%s owns %s', s.rolname, c.oid::regclass) from pg_class c join server_roles s on s.oid = c.relowner
  union all
  select format('%s owns %s', s.rolname, p.oid::regprocedure) from pg_proc p join server_roles s on s.oid = p.proowner
  union all
  select format('%s owns the schema %s', s.rolname, n.nspname)
  from pg_namespace n join server_roles s on s.oid = n.nspowner
  union all
  select format('%s may make things in the schema %s', s.rolname, n.nspname)
  from server_roles s cross join pg_namespace n
  where n.nspname !~ '^pg_' and has_schema_privilege(s.oid, n.oid, 'create')
  union all
  select format('%s may make schemas in this database', s.rolname)
  from server_roles s where has_database_privilege(s.oid, current_database(), 'create')
  union all
  select format('mainspring.org is set for all time: %s', setting)
  from pg_db_role_setting cross join unnest(setconfig) setting
  where setting like 'mainspring.%' and setdatabase in (0, (select oid from pg_database where datname = current_database()))
  union all
  select format('new things are open to %s at once, by default privileges', coalesce(s.rolname, 'PUBLIC'))
  from pg_default_acl d cross join aclexplode(d.defaclacl) a left join server_roles s on s.oid = a.grantee
  where d.defaclobjtype in ('r', 'S', 'n') and (a.grantee = 0 or s.oid is not null)`;

const QUERIES = [ROLES, UNFORCED, POLICIES, NULLABLE, STRAY_KEYS, RIGHTS, VIEWS, RULES, FUNCTIONS];
