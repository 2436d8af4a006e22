/**
 * The ceiling: the least program that writes the same rows with the same durability. It takes posts, stores an event
 * and a run in groups, then deletes the run and stores its end and three steps in groups. No routing, no interpreter,
 * no schema, no retries: what remains is Node's HTTP, the driver, and PostgreSQL.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 4 });
const BATCH = 500;

await pool.query(`
  create table event (id bigint primary key, data json not null, at timestamptz not null default now());
  create table run (id bigint primary key, event json not null, status text not null, at timestamptz not null default now());
  create index run_due on run (at) where status = 'queued';
  create table run_end (id bigint not null, event json not null, started_at timestamptz not null,
    at timestamptz not null default now());
  create index run_end_id on run_end (id);
  create table step (run_id bigint not null, key text not null, status text not null, input json, output json,
    at timestamptz not null default now());
  create index step_run on step (run_id)`);

type Waiting = { readonly id: number; readonly data: string; readonly done: () => void };
let arrived: Waiting[] = [];
let accepting = false;
let working = false;
let nextId = 1;

async function acceptAll(): Promise<void> {
  accepting = true;
  await new Promise((resolve) => setImmediate(resolve));
  while (arrived.length > 0) {
    const batch = arrived.slice(0, BATCH);
    arrived = arrived.slice(BATCH);
    await pool.query({
      name: 'accept',
      text: `with i as (select * from json_to_recordset($1::json) as i(id bigint, data json)),
             e as (insert into event (id, data) select id, data from i)
             insert into run (id, event, status) select id, data, 'queued' from i`,
      values: [`[${batch.map(({ id, data }) => `{"id":${id},"data":${data}}`).join(',')}]`],
    });
    for (const { done } of batch) done();
    void workAll();
  }
  accepting = false;
}

async function workAll(): Promise<void> {
  if (working) return;
  working = true;
  while (true) {
    const { rows } = await pool.query<{ id: string; event: { score: number } }>({
      name: 'claim',
      text: `update run set status = 'running' where id in
               (select id from run where status = 'queued' order by at limit $1 for update skip locked)
             returning id, event`,
      values: [BATCH],
    });
    if (rows.length === 0) break;
    const steps = rows.flatMap(({ id, event }) => [
      { id, key: 'score', input: { n: event.score }, output: event.score * 2 },
      { id, key: 'hot', input: null, output: { result: event.score > 50 } },
      { id, key: 'greet', input: { text: 'Hi' }, output: `Hi ${event.score}` },
    ]);
    await pool.query({
      name: 'finish',
      text: `with gone as (delete from run where id = any ($1) returning *),
             ended as (insert into run_end (id, event, started_at) select id, event, at from gone)
             insert into step (run_id, key, status, input, output)
             select id, key, 'completed', input, output
             from json_to_recordset($2::json) as s(id bigint, key text, input json, output json)`,
      values: [rows.map((row) => row.id), JSON.stringify(steps)],
    });
  }
  working = false;
}

const server = createServer((request, response) => {
  let data = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => {
    data += chunk;
  });
  request.on('end', () => {
    JSON.parse(data);
    const id = nextId++;
    const done = () => response.writeHead(202, { 'content-type': 'application/json' }).end(`{"runIds":["${id}"]}`);
    arrived.push({ id, data, done });
    if (!accepting) void acceptAll();
  });
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`listening ${(server.address() as AddressInfo).port}\n`);
});
