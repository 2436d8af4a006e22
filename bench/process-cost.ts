/** What processes cost, read from `/proc`; null where the system has none. */
import { readdirSync, readFileSync } from 'node:fs';

/** Of Linux on every platform that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Seconds of CPU that a process has used by now, and all that it started. */
export function treeCpuSeconds(pid: number): number | null {
  const stats = readStats();
  if (stats === null) return null;
  const own = stats.get(pid);
  if (own === undefined) return null;
  const children = [...stats.values()].filter((each) => each.parent === pid);
  // Of children that have ended, their parent keeps the sum.
  const ticks = own.ticks + own.endedTicks;
  return ticks / TICKS_PER_SECOND + children.reduce((sum, each) => sum + (treeCpuSeconds(each.pid) ?? 0), 0);
}

/** Seconds of CPU that the process itself has used by now, without its children. */
export function ownCpuSeconds(pid: number): number | null {
  const own = readStats()?.get(pid);
  return own === undefined ? null : own.ticks / TICKS_PER_SECOND;
}

/** Resident memory in megabytes of 10^6 bytes. */
export function residentMb(pid: number): number | null {
  try {
    const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kib === undefined ? null : (Number(kib) * 1024) / 1e6;
  } catch {
    return null;
  }
}

type Stat = { readonly pid: number; readonly parent: number; readonly ticks: number; readonly endedTicks: number };

function readStats(): ReadonlyMap<number, Stat> | null {
  try {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return new Map(pids.flatMap(readStat).map((stat) => [stat.pid, stat]));
  } catch {
    return null;
  }
}

function readStat(pid: string): readonly Stat[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in brackets may hold anything; the fields after it are numbers. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [, parent, , , , , , , , , , user, system, endedUser, endedSystem] = fields.map(Number);
    return [
      {
        pid: Number(pid),
        parent: parent ?? 0,
        ticks: (user ?? 0) + (system ?? 0),
        endedTicks: (endedUser ?? 0) + (endedSystem ?? 0),
      },
    ];
  } catch {
    // It ended while we read.
    return [];
  }
}
