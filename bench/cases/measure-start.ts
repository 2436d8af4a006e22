/** How long the server takes to be ready, and what it weighs when it has nothing to do. */
import { newApiKey, startMainspring } from '../mainspring.ts';
import { residentMb } from '../process-cost.ts';
import type { Row } from '../report.ts';
import { median } from '../statistics.ts';

const STARTS = 3;
/** Past the first rounds of every background duty, and V8's own tidying up. */
const IDLE_MS = 10_000;

export async function measureStart(dataDir: string): Promise<readonly Row[]> {
  const apiKey = newApiKey();
  const first = await startMainspring(dataDir, apiKey);
  await first.stop();
  const times: number[] = [];
  let idleMb: number | null = null;
  for (let start = 1; start <= STARTS; start++) {
    const server = await startMainspring(dataDir, apiKey);
    times.push(server.readyMs);
    if (start === STARTS) {
      await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
      idleMb = residentMb(server.pid);
    }
    await server.stop();
  }
  const part = 'Start and memory';
  return [
    { part, name: 'first start', value: first.readyMs, unit: 'ms', note: 'empty data folder: makes the database' },
    {
      part,
      name: 'start',
      value: median(times),
      unit: 'ms',
      target: { is: 'at-most', value: 3000 },
      note: `median of ${times.map((ms) => Math.round(ms)).join(' ')}, until /readyz answers 200`,
    },
    {
      part,
      name: 'idle memory',
      value: idleMb,
      unit: 'MB',
      target: { is: 'at-most', value: 200 },
      note: `resident, without PostgreSQL, ${IDLE_MS / 1000} s after the start`,
    },
  ];
}
