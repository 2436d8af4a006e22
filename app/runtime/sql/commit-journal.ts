/**
 * Writes what a batch of runs did: their state or their end, their steps, and the events they now wait for.
 *
 * Shape: one statement, so one round trip and one commit for up to 500 runs. Each run is guarded by the worker and the
 * token of its claim (R1): for a run that was taken over, every part of the statement finds no row, and the answer
 * lacks it. The token rises with each write, so that a write which is sent again, because its answer was lost, finds
 * no row either. The worker is compared in a form that no index serves: through the index of held runs, PostgreSQL would
 * read every run that this worker has held since the last vacuum. A run that ended leaves `runs` for `run_history` in
 * the same statement (R2), and its steps with it.
 * Steps come as arrays, one for each column: they are most of the rows, and cost half of what they would as JSON.
 * $1 worker, $2 runs, $3 waits to add, $4 waits to drop, $5 to $19 the columns of the steps (`stepColumns`).
 */
export const commitJournal = `
with input as (
  select * from json_to_recordset($2::json) as i(
    org_id uuid, id uuid, token bigint, wake int, status text, state json, due_at timestamptz, hold boolean, progress boolean,
    ended text, output json, error json, parked json, inbox_upto bigint, letter json)
),
kept as (
  update runs r set
    status = i.status,
    state = i.state,
    parked = i.parked,
    claims = case when i.progress then 0 else r.claims end,
    due_at = case when not i.hold and r.wake <> i.wake then now() else i.due_at end,
    worker_id = case when i.hold then r.worker_id end,
    token = r.token + 1
  from input i
  where i.ended is null and r.org_id = i.org_id and r.id = i.id and r.token = i.token
    and r.worker_id is not distinct from $1
  returning r.org_id, r.id, r.workflow_id, r.token, r.wake
),
ended as (
  delete from runs r using input i
  where i.ended is not null and r.org_id = i.org_id and r.id = i.id and r.token = i.token
    and r.worker_id is not distinct from $1
  returning r.*
),
mine as (
  select org_id, id, workflow_id, wake from kept union all select org_id, id, workflow_id, wake from ended
),
history as (
  insert into run_history (org_id, id, workflow_id, version, trigger_id, event_id, event, subject_id, status, output,
    error, state, depth, parent_run_id, parent_step, parent_attempt, started_at)
  select e.org_id, e.id, e.workflow_id, e.version, e.trigger_id, e.event_id, e.event, e.subject_id, i.ended, i.output,
    i.error, i.state, e.depth, e.parent_run_id, e.parent_step, e.parent_attempt, e.started_at
  from ended e join input i on i.org_id = e.org_id and i.id = e.id
),
steps as (
  select * from unnest($5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::text[], $10::int[], $11::int[], $12::text[],
    $13::timestamptz[], $14::timestamptz[], $15::timestamptz[], $16::text[], $17::json[], $18::json[], $19::json[])
  as s(org_id, run_id, key, node_id, item, seq, attempt, status, started_at, finished_at, due_at, port, input, output,
    error)
),
alive_steps as (
  insert into run_steps (org_id, run_id, key, node_id, item, seq, attempt, status, started_at, finished_at, due_at, port,
    input, output, error)
  select s.org_id, s.run_id, s.key, s.node_id, s.item, s.seq, s.attempt, s.status, s.started_at, s.finished_at, s.due_at,
    s.port, s.input, s.output, s.error
  from steps s join kept k on k.org_id = s.org_id and k.id = s.run_id
  on conflict (org_id, run_id, key) do update set
    seq = excluded.seq, attempt = excluded.attempt, status = excluded.status, started_at = excluded.started_at,
    finished_at = excluded.finished_at, due_at = excluded.due_at, port = excluded.port, input = excluded.input,
    output = excluded.output, error = excluded.error
),
moved as (
  delete from run_steps s using ended e where e.state is not null and s.org_id = e.org_id and s.run_id = e.id
  returning s.*
),
archived as (
  insert into run_step_history (org_id, run_id, key, node_id, item, seq, attempt, status, started_at, finished_at,
    due_at, port, input, output, error)
  select s.org_id, s.run_id, s.key, s.node_id, s.item, s.seq, s.attempt, s.status, s.started_at, s.finished_at, s.due_at,
    s.port, s.input, s.output, s.error
  from steps s join ended e on e.org_id = s.org_id and e.id = s.run_id
  union all
  select m.org_id, m.run_id, m.key, m.node_id, m.item, m.seq, m.attempt, m.status, m.started_at, m.finished_at, m.due_at,
    m.port, m.input, m.output, m.error
  from moved m
  where not exists (select 1 from steps s where s.org_id = m.org_id and s.run_id = m.run_id and s.key = m.key)
),
read as (
  delete from run_inbox b using input i, mine m
  where (i.inbox_upto is not null or (i.ended is not null and m.wake > 0)) and m.org_id = i.org_id and m.id = i.id
    and b.org_id = i.org_id and b.run_id = i.id and (b.id <= i.inbox_upto or i.ended is not null)
),
waits_added as (
  insert into event_waits (org_id, run_id, step, event, match, since)
  select w.org_id, w.run_id, w.step, w.event, w.match, w.since
  from json_to_recordset($3::json) as w(
    org_id uuid, run_id uuid, step text, event text, match text, since timestamptz)
  join kept k on k.org_id = w.org_id and k.id = w.run_id
  on conflict (org_id, run_id, step) do update
    set event = excluded.event, match = excluded.match, since = excluded.since
),
waits_dropped as (
  delete from event_waits w
  using json_to_recordset($4::json) as d(org_id uuid, run_id uuid, step text), mine m
  where w.org_id = d.org_id and w.run_id = d.run_id and w.step = d.step and m.org_id = d.org_id and m.id = d.run_id
),
waits_ended as (
  delete from event_waits w using ended e where e.state is not null and w.org_id = e.org_id and w.run_id = e.id
),
waits_announced as (
  update deployment_revisions r set waits = r.waits + 1
  where r.org_id in (select (w ->> 'org_id')::uuid from json_array_elements($3::json) w)
),
letters as (
  insert into dead_letters (org_id, id, run_id, workflow_id, node_id, code, message)
  select m.org_id, (i.letter ->> 'id')::uuid, m.id, m.workflow_id, i.letter ->> 'nodeId', i.letter ->> 'code',
    i.letter ->> 'message'
  from input i join mine m on m.org_id = i.org_id and m.id = i.id
  where i.letter is not null
  on conflict do nothing
)
select org_id, id, token, wake, extract(epoch from clock_timestamp()) * 1000 as now_ms from kept
union all
select org_id, id, token, wake, extract(epoch from clock_timestamp()) * 1000 from ended`;
