/**
 * `node bench/explain.ts`: where the database's time goes. Sends the load of the throughput case to a server whose
 * PostgreSQL keeps count of its statements, and prints what each cost for one run; then the plans of the statements
 * that every run passes through.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explainStatements } from './explain-plans.ts';
import { lead } from './lead.ts';
import { sendClosed } from './load.ts';
import { countFinished, newApiKey, publishThreeSteps, startMainspring } from './mainspring.ts';
import { type Look, lookInto } from './postgres.ts';

const RUNS = 20_000;
const WARM_UP = 4_000;
const POLL_MS = 20;

/** Read by PostgreSQL besides the settings that the server writes. */
const CUSTOM_CONF = `
shared_preload_libraries = 'pg_stat_statements'
pg_stat_statements.track = all
pg_stat_statements.track_planning = on
`;

const dataDir = await mkdtemp(join(tmpdir(), 'mainspring-explain-'));
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
    while ((await countFinished(server)) - before < runs) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  };
  await send(WARM_UP);
  await look.query('select pg_stat_statements_reset()');
  await send(RUNS);
  console.table(await readStatements(look));
  for (const [name, plan] of await explainStatements(look)) console.log(`\n${name}\n${plan}`);
  await look.close();
} finally {
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
}

function readStatements(look: Look) {
  return look.query(`
    select calls::int, (rows / calls)::int as rows_per_call,
      round((total_exec_time * 1000 / ${RUNS})::numeric, 1)::float as exec_us_per_run,
      round((total_plan_time * 1000 / ${RUNS})::numeric, 1)::float as plan_us_per_run,
      (wal_bytes / ${RUNS})::int as wal_bytes_per_run,
      left(regexp_replace(query, '\\s+', ' ', 'g'), 60) as statement
    from pg_stat_statements where calls > 0 and query not like '%pg_stat_statements%'
    order by total_exec_time desc limit 10`);
}
