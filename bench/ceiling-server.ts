/**
 * The ceiling: the least program that leaves the same rows with the same durability. It takes posts, stores an event
 * and a run in groups and answers after the commit, then claims runs in groups, and deletes each as it writes its end
 * and its three steps. No routing, no interpreter, no schema, no isolation of tenants, no retries, no lease: what
 * remains is Node's HTTP, the driver, and PostgreSQL.
 */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { newId } from '../app/platform/ids/id.ts';

const BATCH = 500;
const ORGANIZATION = newId();
const WORKFLOW = newId();
const WORKER = newId();

const pool = new pg.Pool({ ...JSON.parse(process.env.BENCH_CONNECTION ?? '{}'), max: 4 });
await pool.query(readFileSync(new URL('./ceiling-tables.sql', import.meta.url), 'utf8'));

type Body = { readonly score: number; readonly firstName: string };
type Waiting = { readonly row: object; readonly done: () => void };
let arrived: Waiting[] = [];
let accepting = false;
let working = false;
let ended = 0;

const ACCEPT = `
  with i as (
    select * from json_to_recordset($1::json) as i(id uuid, run_id uuid, data json, decisions json)
  ),
  stored as (
    insert into events (org_id, id, type, data, occurred_at, decisions)
    select '${ORGANIZATION}', id, 'webhook.received', data, now(), decisions from i
  )
  insert into runs (org_id, id, workflow_id, version, trigger_id, event_id, event, status, due_at)
  select '${ORGANIZATION}', run_id, '${WORKFLOW}', 1, 'hook', id,
    json_build_object('type', 'webhook.received', 'data', data, 'time', now()), 'queued', now()
  from i`;

async function acceptAll(): Promise<void> {
  accepting = true;
  await new Promise((resolve) => setImmediate(resolve));
  while (arrived.length > 0) {
    const batch = arrived.slice(0, BATCH);
    arrived = arrived.slice(BATCH);
    await pool.query({ name: 'accept', text: ACCEPT, values: [JSON.stringify(batch.map(({ row }) => row))] });
    for (const { done } of batch) done();
    void workAll();
  }
  accepting = false;
}

const CLAIM = `
  update runs set status = 'running', worker_id = $2, token = token + 1, claims = claims + 1
  where org_id = '${ORGANIZATION}' and id in (
    select id from runs where org_id = '${ORGANIZATION}' and worker_id is null and due_at <= now()
    order by due_at limit $1 for update skip locked)
  returning id, event, token`;

const FINISH = `
  with gone as (
    delete from runs where org_id = '${ORGANIZATION}' and id = any ($1) returning *
  ),
  ended as (
    insert into run_history (org_id, id, workflow_id, version, trigger_id, event_id, event, status, depth, started_at)
    select org_id, id, workflow_id, version, trigger_id, event_id, event, 'completed', depth, started_at from gone
  )
  insert into run_step_history (org_id, run_id, key, node_id, seq, attempt, status, started_at, finished_at, port,
    input, output)
  select '${ORGANIZATION}', run_id, key, key, seq, 1, 'completed', at, at, port, input, output
  from json_to_recordset($2::json) as s(
    run_id uuid, key text, seq int, at timestamptz, port text, input json, output json)`;

async function workAll(): Promise<void> {
  if (working) return;
  working = true;
  while (true) {
    const { rows } = await pool.query<{ id: string; event: { data: { body: Body } } }>({
      name: 'claim',
      text: CLAIM,
      values: [BATCH, WORKER],
    });
    if (rows.length === 0) break;
    const steps = rows.flatMap(({ id, event }) => stepRows(id, event.data.body));
    await pool.query({ name: 'finish', text: FINISH, values: [rows.map((row) => row.id), JSON.stringify(steps)] });
    ended += rows.length;
  }
  working = false;
}

function stepRows(id: string, { score, firstName }: Body): readonly object[] {
  const at = new Date().toISOString();
  const doubled = score * 2;
  const hot = doubled > 100;
  const text = `Hi ${firstName}, your score is ${doubled}`;
  return [
    { run_id: id, key: 'score', seq: 1, at, port: 'next', input: { value: doubled }, output: doubled },
    { run_id: id, key: 'hot', seq: 2, at, port: String(hot), input: null, output: { result: hot } },
    { run_id: id, key: 'greet', seq: 3, at, port: 'next', input: { text }, output: text },
  ];
}

function take(request: IncomingMessage, response: ServerResponse, text: string): void {
  const id = newId();
  const runId = newId();
  const { headers, method } = request;
  const decision = { workflowId: WORKFLOW, triggerId: 'hook', outcome: 'started', runId, detail: null };
  const data = { body: JSON.parse(text), headers, query: {}, method };
  const answer = JSON.stringify({ eventId: id, runIds: [runId], duplicate: false });
  const done = () => response.writeHead(202, { 'content-type': 'application/json' }).end(answer);
  arrived.push({ row: { id, run_id: runId, data, decisions: [decision] }, done });
  if (!accepting) void acceptAll();
}

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    response.end(String(ended));
    return;
  }
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => {
    text += chunk;
  });
  request.on('end', () => take(request, response, text));
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`listening ${(server.address() as AddressInfo).port}\n`);
});
process.on('SIGTERM', () => process.exit(0));
