/**
 * Offers events that came before the wait was written to runs that have just begun to wait.
 *
 * Runs in the transaction of the commit that added the waits. That commit raised `deployment_revisions.waits`, so it
 * stands behind every intake in flight and before every later one: this statement's snapshot holds all events that
 * could not see the wait. Of each wait, the newest 100 that may match are offered, oldest first, from among the newest
 * 100,000 of its name. Whether one may match is seen by its text, which JSON.stringify wrote, without reading it. Cost: one walk along the index events_by_type, about a microsecond an event. $1 waits.
 */
export const offerPastEvents = `
with waiting as (
  select * from json_to_recordset($1::json) as w(
    org_id uuid, run_id uuid, step text, name text, prefix text, needle text, since timestamptz)
),
found as (
  select w.org_id, w.run_id, w.step, e.type, e.data, e.occurred_at, e.received_at
  from waiting w
  cross join lateral (
    select * from (
      select * from events n
      where n.org_id = w.org_id and n.received_at >= w.since
        and (n.type = w.name or (w.prefix is not null and starts_with(n.type, w.prefix)))
      order by n.received_at desc
      limit 100000
    ) newest
    where w.needle is null or strpos(newest.data::text, w.needle) > 0
    order by newest.received_at desc
    limit 100
  ) e
),
offered as (
  insert into run_inbox (org_id, run_id, message)
  select f.org_id, f.run_id, json_build_object('kind', 'event-received', 'step', f.step, 'event',
    json_build_object('type', f.type, 'data', f.data, 'time', f.occurred_at))
  from found f
  order by f.received_at
  returning org_id, run_id
)
update runs r set wake = r.wake + 1, due_at = least(r.due_at, now())
from (select distinct org_id, run_id from offered) o
where r.org_id = o.org_id and r.id = o.run_id`;
