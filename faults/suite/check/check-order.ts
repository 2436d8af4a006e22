/** G10 order per subject, G11 versions, G15 isolation, and that nobody fell over. */
import type { Crash } from '../parts/server-process.ts';
import { disturbancesOf, processOf } from './disturbances.ts';
import { type Evidence, type Verdict, verdict } from './evidence.ts';
import { groupBy } from './group-by.ts';

export function checkOrder({ calls, faults }: Evidence): Verdict {
  const steps = calls.filter((call) => call.path === '/ordered/step' && call.body.subject !== undefined);
  const broken: string[] = [];
  let runs = 0;
  for (const [subject, group] of groupBy(steps, (call) => String(call.body.subject))) {
    let highest = -1;
    for (const call of group) {
      const n = Number(call.body.n);
      if (n > highest) {
        runs += 1;
        highest = n;
        continue;
      }
      // A process that was frozen in the middle of a call sends it when it thaws: its key tells the service.
      const thawed = faults.some(
        (fault) =>
          fault.kind === 'freeze-worker' && fault.target === call.caller && Math.abs(call.at - fault.endedAt) < 1_000,
      );
      if (n < highest && !thawed) broken.push(`${subject}: ${n} was called at ${call.at}, after ${highest}`);
    }
  }
  return verdict({
    promise: 'G10',
    cases: runs,
    title: 'order per subject',
    figure: `${broken.length} inversions in ${runs} runs`,
    counts: { inversions: broken.length, runs },
    broken,
  });
}

export function checkVersions({ runs, calls, pinnedSays }: Evidence): Verdict {
  const said = groupBy(
    calls.filter((call) => call.path.startsWith('/pinned/') && call.body.version !== undefined),
    (call) => call.key.split('/')[1] ?? '',
  );
  const pinned = runs.filter((run) => run.workflow === 'pinned');
  const broken = pinned.flatMap((run) => {
    const versions = new Set((said.get(run.id) ?? []).map((call) => Number(call.body.version)));
    const wanted = pinnedSays.get(run.version);
    const isRight = [...versions].every((version) => version === wanted);
    return isRight ? [] : [`run ${run.id} of version ${run.version} (${wanted}) said ${[...versions].join(' and ')}`];
  });
  const versions = new Set(pinned.map((run) => run.version));
  return verdict({
    promise: 'G11',
    cases: pinned.length,
    title: 'a run finishes on its version',
    figure: `${pinned.length} runs on ${versions.size} versions, ${broken.length} changed theirs`,
    counts: { runs: pinned.length, versions: versions.size, changed: broken.length },
    broken,
  });
}

export function checkIsolation({ tables }: Evidence): Verdict {
  const broken = tables.flatMap(({ table, isProtected, foreignRows }) => [
    ...(isProtected ? [] : [`${table} has no forced row-level security with a tenant's policy`]),
    ...(foreignRows > 0 ? [`${table} shows ${foreignRows} rows to an organization that owns none`] : []),
  ]);
  return verdict({
    promise: 'G15 tables',
    cases: tables.length,
    title: 'row-level security stands on every table of tenants',
    figure: `${tables.length} tables, ${broken.length} faults`,
    counts: { tables: tables.length, open: broken.length },
    broken,
  });
}

/** A start that meets a broken database may fail with a reason, and is tried again; nothing else may. */
export function checkCrashes({ crashes, faults }: Evidence): Verdict {
  const killed = faults.filter((fault) => fault.kind.startsWith('kill-')).length;
  const { hit } = disturbancesOf(faults.filter((fault) => !fault.kind.startsWith('kill-')));
  const isExcused = ({ life, at, phase }: Crash) => phase === 'start' && hit(processOf(life), at - START_MS, at);
  const bad = crashes.filter((crash) => !isExcused(crash));
  return verdict({
    promise: 'upright',
    cases: 1,
    title: 'no process ends by itself, and each stops when asked',
    figure: `${bad.length} fell over; ${crashes.length - bad.length} starts met a broken database; ${killed} were killed`,
    counts: { crashes: bad.length, failedStarts: crashes.length - bad.length, killed },
    broken: bad.map(({ life, phase, how }) => `${life} ${how} (${phase})`),
  });
}

const START_MS = 5_000;
