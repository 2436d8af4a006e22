/** Puts messages into the inboxes of live runs and wakes them; answers with the runs that were there. $1 messages. */
export const sendToRuns = `
with sent as (
  select * from json_to_recordset($1::json) as m(org_id uuid, run_id uuid, message json)
),
stored as (
  insert into run_inbox (org_id, run_id, message)
  select s.org_id, s.run_id, s.message from sent s join runs r on r.org_id = s.org_id and r.id = s.run_id
)
update runs r set wake = r.wake + 1, due_at = least(r.due_at, now())
from (select distinct org_id, run_id from sent) s
where r.org_id = s.org_id and r.id = s.run_id
returning r.id`;
