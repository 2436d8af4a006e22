/**
 * `node bench/explain.ts`: where the database's time goes. Sends the load of the throughput case to a server whose
 * PostgreSQL keeps count of its statements, and prints what each cost for one run, then the plans that were used.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lead } from './lead.ts';
import { sendClosed } from './load.ts';
import { countFinished, newApiKey, publishThreeSteps, startMainspring } from './mainspring.ts';
import { lookInto } from './postgres.ts';

const RUNS = 20_000;
const WARM_UP = 4_000;

// Read by PostgreSQL besides the settings that the server writes. The log goes to a file here, for its plans.
const CUSTOM_CONF = `
shared_preload_libraries = 'pg_stat_statements,auto_explain'
pg_stat_statements.track = all
pg_stat_statements.track_planning = on
auto_explain.log_min_duration = 0
auto_explain.log_analyze = on
auto_explain.log_buffers = on
auto_explain.log_wal = on
auto_explain.log_triggers = on
auto_explain.log_timing = on
auto_explain.log_level = log
auto_explain.sample_rate = 0
compute_query_id = on
`;

const dataDir = await mkdtemp(join(tmpdir(), 'bench-explain-'));
await mkdir(join(dataDir, 'postgres'), { recursive: true, mode: 0o711 });
await writeFile(join(dataDir, 'postgres', 'custom.conf'), CUSTOM_CONF, { mode: 0o644 });

const server = await startMainspring(dataDir, newApiKey());
try {
  const hooks = await publishThreeSteps(server);
  const look = await lookInto(dataDir);
  await look.query('create extension pg_stat_statements');
  const send = async (runs: number) => {
    const before = await countFinished(server);
    await sendClosed({ origin: server.url, pathOf: () => hooks.accepted }, runs, lead);
    while ((await countFinished(server)) - before < runs) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  await send(WARM_UP);
  await look.query('select pg_stat_statements_reset()');
  await send(RUNS);
  const rows = await look.query(`
    select calls, (rows / nullif(calls, 0)) as rows, round((total_exec_time * 1000 / ${RUNS})::numeric, 1) as exec_us_per_run,
      round((total_plan_time * 1000 / ${RUNS})::numeric, 1) as plan_us_per_run, plans,
      (wal_bytes / ${RUNS})::int as wal_bytes_per_run, round(wal_records::numeric / ${RUNS}, 1) as wal_records_per_run,
      shared_blks_hit / ${RUNS} as hits_per_run,
      left(regexp_replace(query, '\\s+', ' ', 'g'), 70) as statement
    from pg_stat_statements order by total_exec_time desc limit 12`);
  console.table(rows);
  await look.close();
} finally {
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
}
