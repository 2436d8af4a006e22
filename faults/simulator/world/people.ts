/** People: some cancel, pause and retry at random; one looks after what is parked, and finds out what really happened. */
import type { RunCommand } from '../../../app/runtime/public.ts';
import type { RunRow } from '../database/tables.ts';
import { ORGANIZATION, type Site } from '../site.ts';
import type { Fleet } from './fleet.ts';

export type People = { readonly isDisturbed: (runId: string) => boolean };

/** So long after a call nothing of it is still on its way. */
const PATIENCE_MS = 8_000;

export function startPeople(
  site: Site,
  fleet: Fleet,
  onRepeatAllowed: (runId: string, what: 'step' | 'run') => void,
): People {
  const { scheduler, weather, server, tables, trace } = site;
  const random = site.random.fork('people');
  const disturbed = new Set<string>();
  const parentOf = (runId: string) =>
    (server.find(tables.runs, runId) ?? server.find(tables.history, runId))?.parent_run_id ?? null;

  const ask = (runId: string, command: RunCommand) => {
    const process = fleet.any();
    if (process === undefined) return;
    site.met('command given');
    trace(() => `a person asks ${runId}: ${JSON.stringify(command)}`);
    if (command.kind === 'cancel')
      for (let id: string | null = runId; id !== null; id = parentOf(id)) disturbed.add(id);
    if (command.kind === 'retry') onRepeatAllowed(runId, 'run');
    if (command.kind === 'resume' && command.outcome?.kind === 'repeat') onRepeatAllowed(runId, 'step');
    const take = () => void process.command(runId, command).catch(() => {});
    scheduler.after(random.between(0.1, 20), () => process.machine.main.deliver(take));
  };

  const meddle = () => {
    const live = server.committed(tables.runs);
    const stuck = server.committed(tables.history).filter((run) => run.status !== 'completed');
    if (live.length > 0 && random.chance(0.7)) {
      const kind = random.chance(0.5) ? 'cancel' : 'pause';
      return ask(random.pick(live).id, { kind });
    }
    if (stuck.length > 0) ask(random.pick(stuck).id, { kind: 'retry' });
  };
  const meddleAgain = (everyMs: number) => {
    scheduler.after(-Math.log(1 - random.next()) * everyMs, () => {
      if (!site.isStormy()) return;
      meddle();
      meddleAgain(everyMs);
    });
  };
  if (weather.commandEveryMs !== null) meddleAgain(weather.commandEveryMs);

  const seenParked = new Map<string, number>();
  const lookAfter = () => {
    const parked = server.committed(tables.runs).filter((run) => run.status === 'parked' && run.worker_id === null);
    for (const run of parked) {
      const since = seenParked.get(run.id) ?? scheduler.nowMs();
      seenParked.set(run.id, since);
      const patienceMs = run.parked?.code === 'outcome_unknown' ? PATIENCE_MS : 1_000;
      if (run.due_ms !== null || scheduler.nowMs() - since < patienceMs) continue;
      seenParked.delete(run.id);
      ask(run.id, { kind: 'resume', ...outcomeOf(site, run) });
    }
    scheduler.after(random.between(300, 1_500), lookAfter);
  };
  scheduler.after(1_000, lookAfter);

  return {
    isDisturbed: (runId) => {
      for (let id: string | null = runId; id !== null; id = parentOf(id)) if (disturbed.has(id)) return true;
      return false;
    },
  };
}

/** What the service says of the first step whose outcome is unknown. */
function outcomeOf(
  { server, tables, service }: Site,
  run: RunRow,
): Pick<Extract<RunCommand, { kind: 'resume' }>, 'outcome'> {
  if (run.parked?.code !== 'outcome_unknown') return {};
  const [step] = server
    .committed(tables.steps)
    .filter((each) => each.run_id === run.id && each.status === 'parked')
    .sort((one, other) => one.seq - other.seq);
  if (step === undefined) return {};
  const output = service.doneUnder(`${ORGANIZATION}/${run.id}/${step.key}`);
  return { outcome: output === undefined ? { kind: 'repeat' } : { kind: 'succeeded', output } };
}
