/**
 * `npm run bench`: measures what docs/performance.md promises, prints the table, and leaves it as JSON in
 * `bench/results/`. Names of parts choose among them: `npm run bench -- throughput latency`. Exits with 1 where a
 * target is missed.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measureLatency } from './cases/measure-latency.ts';
import { measureStart } from './cases/measure-start.ts';
import { measureThroughput } from './cases/measure-throughput.ts';
import { simulateClients } from './cases/simulate-clients.ts';
import { startCeiling } from './ceiling.ts';
import { newApiKey, publishThreeSteps, startMainspring } from './mainspring.ts';
import { lookInto } from './postgres.ts';
import { formatTable, isMet, type Row } from './report.ts';

const RESULTS = fileURLToPath(new URL('./results', import.meta.url));

/** Each begins on data folders of its own, and stops what it started. */
const PARTS = {
  start: (folder) => measureStart(join(folder, 'server')),
  throughput: async (folder) => {
    const dataDir = { mainspring: join(folder, 'server'), ceiling: join(folder, 'ceiling') };
    return withMainspring(dataDir.mainspring, async (mainspring) => {
      const server = await startCeiling(dataDir.ceiling);
      const look = await lookInto(dataDir.ceiling);
      try {
        return await measureThroughput(mainspring, { server, look });
      } finally {
        await look.close();
        await server.stop();
      }
    });
  },
  latency: (folder) =>
    withMainspring(join(folder, 'server'), ({ server, hooks, look }) => measureLatency(server, hooks, look)),
  simulation: async () => simulateClients(),
} satisfies Record<string, (folder: string) => Promise<readonly Row[]>>;

type Started = Parameters<typeof measureThroughput>[0];

async function withMainspring<T>(dataDir: string, measure: (started: Started) => Promise<T>): Promise<T> {
  const server = await startMainspring(dataDir, newApiKey());
  try {
    const hooks = await publishThreeSteps(server);
    const look = await lookInto(dataDir);
    const measured = await measure({ server, hooks, look });
    await look.close();
    return measured;
  } finally {
    await server.stop();
  }
}

function chosenParts(names: readonly string[]): readonly (keyof typeof PARTS)[] {
  const known = Object.keys(PARTS) as (keyof typeof PARTS)[];
  const unknown = names.find((name) => !known.some((each) => each === name));
  if (unknown !== undefined) throw new Error(`There is no part "${unknown}"; there are ${known.join(', ')}.`);
  return names.length === 0 ? known : known.filter((name) => names.includes(name));
}

async function measureAll(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const folder = await mkdtemp(join(tmpdir(), 'mainspring-bench-'));
  try {
    for (const name of chosenParts(process.argv.slice(2))) {
      process.stderr.write(`${name} …\n`);
      rows.push(...(await PARTS[name](join(folder, name))));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return rows;
}

const startedAt = new Date();
const begin = performance.now();
const machine = {
  cpu: `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}`,
  memoryGb: Math.round(totalmem() / 1e9),
  node: process.version,
  loadBefore: loadavg()[0],
};
const rows = await measureAll();
const missed = rows.filter((row) => isMet(row) === false);
const seconds = Math.round((performance.now() - begin) / 1000);
await mkdir(RESULTS, { recursive: true });
const file = join(RESULTS, `${startedAt.toISOString().slice(0, 19).replace('T', '-').replaceAll(':', '')}.json`);
const results = {
  startedAt: startedAt.toISOString(),
  seconds,
  machine,
  rows: rows.map((row) => ({ ...row, met: isMet(row) })),
};
await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);

process.stdout.write(`${formatTable(rows)}\n\n`);
process.stdout.write(
  `${machine.cpu}, ${machine.memoryGb} GB, Node ${machine.node}, load before ${machine.loadBefore?.toFixed(2)}; ${seconds} s\n`,
);
process.stdout.write(
  missed.length === 0 ? 'All targets are met.\n' : `Missed: ${missed.map((row) => row.name).join(', ')}.\n`,
);
process.exitCode = missed.length === 0 ? 0 : 1;
