/** G1: what was accepted is never lost. G2: one run per event, however often it is sent. */
import type { Operation } from '../load/generate-load.ts';
import { type Evidence, type RunSeen, type Verdict, verdict } from './evidence.ts';
import { groupBy } from './group-by.ts';

type Seen = Pick<Evidence, 'operations' | 'runs' | 'calls'>;

export function checkNothingLost({ operations, runs }: Seen): Verdict {
  const byId = new Map(runs.map((run) => [run.id, run]));
  const accepted = operations.filter((operation) => operation.acceptedAt !== null);
  const broken: string[] = [];
  let lost = 0;
  let stuck = 0;
  for (const operation of accepted) {
    for (const id of new Set(operation.answers.flatMap((answer) => answer.runIds))) {
      const run = byId.get(id);
      if (run === undefined) {
        lost += 1;
        broken.push(`${operation.workflow} ${operation.key}: accepted as run ${id}, which is in no table`);
      } else if (!hasEnded(run)) {
        stuck += 1;
        broken.push(`${operation.workflow} ${operation.key}: run ${id} is ${describe(run)} long after the load ended`);
      }
    }
    if (operation.answers.every((answer) => answer.runIds.length === 0)) {
      lost += 1;
      broken.push(`${operation.workflow} ${operation.key}: accepted without any run`);
    }
  }
  return verdict({
    promise: 'G1',
    cases: accepted.length,
    title: 'an accepted trigger is never lost',
    figure: `${lost} lost, ${stuck} stuck, of ${accepted.length} accepted`,
    counts: { accepted: accepted.length, lost, stuck, runs: runs.length },
    broken,
  });
}

/** Completed; or, where nobody knows what became of a call that must not be repeated, waiting for a person. */
export function hasEnded(run: RunSeen): boolean {
  return run.status === 'completed' || (run.workflow === 'once' && run.parkedCode === 'outcome_unknown');
}

function describe(run: RunSeen): string {
  const due = run.dueInSeconds === null ? null : `due in ${run.dueInSeconds.toFixed(1)} s`;
  return [run.status, run.parkedCode, run.error, due].filter((part) => part !== null).join(', ');
}

export function checkOneRunPerKey({ operations, runs }: Seen): Verdict {
  const byKey = groupBy(
    runs.filter((run) => run.parentRunId === null && run.key !== null),
    (run) => `${run.workflow} ${run.key}`,
  );
  const broken = [...byKey].flatMap(([key, seen]) =>
    seen.length === 1 ? [] : [`${key}: ${seen.length} runs: ${seen.map((run) => run.id).join(', ')}`],
  );
  const doubled = broken.length;
  for (const operation of operations) {
    const ids = new Set(operation.answers.map((answer) => answer.runIds.join()));
    if (ids.size > 1) broken.push(`${operation.workflow} ${operation.key}: answered with ${[...ids].join(' and ')}`);
  }
  return verdict({
    promise: 'G2',
    cases: byKey.size,
    title: 'one run per event',
    figure: `${byKey.size} keys, ${doubled} with more than one run; ${countPosts(operations)} posts accepted`,
    counts: { keys: byKey.size, doubled, posts: countPosts(operations) },
    broken,
  });
}

function countPosts(operations: readonly Operation[]): number {
  return operations.reduce((sum, operation) => sum + operation.answers.length, 0);
}

/** Of G1 and G2 inside: each parent has one child; each wait gets the event that was accepted for it. */
export function checkFollowUps({ runs, operations }: Seen, steps: Evidence['steps']): Verdict {
  const children = groupBy(
    runs.filter((run) => run.parentRunId !== null),
    (run) => run.parentRunId ?? '',
  );
  const parents = runs.filter((run) => run.workflow === 'parent' && run.status === 'completed');
  const broken = parents.flatMap((run) => {
    const count = children.get(run.id)?.length ?? 0;
    return count === 1 ? [] : [`parent ${run.id} has ${count} children`];
  });
  const ports = new Map(steps.filter((step) => step.key === 'wait').map((step) => [step.runId, step.port]));
  const waiters = operations.filter((operation) => operation.workflow === 'waiter' && operation.replied);
  for (const { key, answers } of waiters) {
    const [runId] = answers[0]?.runIds ?? [];
    const port = runId === undefined ? undefined : ports.get(runId);
    if (runId !== undefined && port !== 'received') broken.push(`waiter ${key}, run ${runId}: left by ${port}`);
  }
  return verdict({
    promise: 'follow-ups',
    cases: parents.length + waiters.length,
    title: 'one child per call; a wait gets its event, whichever came first',
    figure: `${parents.length} parents, ${waiters.length} waits`,
    counts: { parents: parents.length, children: children.size, waits: waiters.length },
    broken,
  });
}

/** What a post may be told when it is not accepted: to come again. */
const HONEST = ['429', '503'];

/** G14: whatever is broken behind it, the API says 503 and means it; never 500, and never a wrong 4xx. */
export function checkHonestRefusals({ operations }: Seen): Verdict {
  const counts: Record<string, number> = {};
  const broken: string[] = [];
  for (const operation of operations) {
    for (const [reason, count] of Object.entries(operation.refusals)) {
      counts[reason] = (counts[reason] ?? 0) + count;
      const isStatus = /^\d+$/.test(reason);
      if (isStatus && !HONEST.includes(reason))
        broken.push(`${operation.workflow} ${operation.key}: answered ${reason}`);
    }
  }
  const figure = Object.entries(counts).map(([reason, count]) => `${count} ${reason}`);
  return verdict({
    promise: 'G14 refusals',
    cases: figure.length,
    title: 'what cannot be stored is refused by 503',
    figure: figure.length === 0 ? 'none refused' : figure.join(', '),
    counts,
    broken,
  });
}
