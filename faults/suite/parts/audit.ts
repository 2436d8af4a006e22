/**
 * Notes every change of a run in a table of the suite's own, by a trigger inside PostgreSQL: who held it, and whose
 * connection changed it. What no process of ours can say of itself.
 */
import type pg from 'pg';

const SCHEMA = `
  create schema faults;
  create table faults.audit (
    n bigserial primary key,
    at timestamptz not null default clock_timestamp(),
    app text not null,
    op text not null,
    run_id uuid not null,
    old_worker uuid,
    new_worker uuid,
    old_token bigint,
    new_token bigint
  );
  create function faults.note() returns trigger language plpgsql security definer as $$
  declare
    op text;
  begin
    if tg_op = 'INSERT' then
      op := 'insert';
    elsif tg_op = 'DELETE' then
      op := 'end';
    else
      op := case
        when old.worker_id is null and new.worker_id is not null then 'claim'
        when new.state::text is distinct from old.state::text or new.parked::text is distinct from old.parked::text
          then 'write'
        when old.worker_id is not null and new.worker_id is null then 'release'
        when old.worker_id <> new.worker_id then 'claim'
        when new.token <> old.token then 'write'
        else 'other'
      end;
    end if;
    if op <> 'other' then
      insert into faults.audit (app, op, run_id, old_worker, new_worker, old_token, new_token)
      values (current_setting('application_name'), op,
        case when tg_op = 'DELETE' then old.id else new.id end,
        case when tg_op = 'INSERT' then null else old.worker_id end,
        case when tg_op = 'DELETE' then null else new.worker_id end,
        case when tg_op = 'INSERT' then null else old.token end,
        case when tg_op = 'DELETE' then null else new.token end);
    end if;
    return null;
  end $$;
  create trigger faults_note after insert or update or delete on runs for each row execute function faults.note();
`;

export async function installAudit(admin: pg.Pool): Promise<void> {
  await admin.query(SCHEMA);
}
