/** G3 record actions, G4 repeatable calls, G5 calls that must not be repeated. */
import { asksForMore, type Call, isUncertain } from '../parts/world-stub.ts';
import { disturbancesOf } from './disturbances.ts';
import { type Evidence, type Verdict, verdict } from './evidence.ts';
import { groupBy } from './group-by.ts';

export function checkRecordEffects({ runs, steps, messages }: Evidence): Verdict {
  const charges = new Set(runs.filter((run) => run.workflow === 'charge').map((run) => run.id));
  const committed = steps.filter(
    (step) => step.key === 'mail' && charges.has(step.runId) && step.status === 'completed',
  );
  const rows = groupBy(
    messages.filter((message) => charges.has(message.runId)),
    (message) => message.runId,
  );
  const broken = committed.flatMap((step) => {
    const count = rows.get(step.runId)?.length ?? 0;
    return count === 1 ? [] : [`run ${step.runId}: its mail step committed, and ${count} messages are in the outbox`];
  });
  const known = new Set(committed.map((step) => step.runId));
  for (const runId of rows.keys()) {
    if (!known.has(runId)) broken.push(`run ${runId}: a message is in the outbox, but its step is not committed`);
  }
  return verdict({
    promise: 'G3',
    cases: committed.length,
    title: 'record changes commit with their step',
    figure: `${rows.size} outbox rows, ${committed.length} committed steps`,
    counts: { rows: rows.size, committed: committed.length },
    broken,
  });
}

const REPEATABLE = [
  '/charge/charge',
  '/charge/receipt',
  '/child/work',
  '/ordered/step',
  '/pinned/before',
  '/pinned/after',
];

export function checkRepeatableCalls(evidence: Evidence): Verdict {
  const { calls, steps, faults } = evidence;
  const made = groupBy(
    calls.filter((call) => REPEATABLE.includes(call.path)),
    (call) => call.key,
  );
  const known = new Map(steps.map((step) => [`${step.runId}/${step.key}`, step]));
  const broken: string[] = [];
  const { hit } = disturbancesOf(faults);
  let repeats = 0;
  let unexplained = 0;
  for (const [key, group] of made) {
    const step = known.get(stepOf(key));
    if (step === undefined) broken.push(`${group.length} calls of ${group[0]?.path} with the key "${key}", of no step`);
    for (let index = 1; index < group.length; index += 1) {
      const [first, second] = [group[index - 1] as Call, group[index] as Call];
      repeats += 1;
      if (asksForMore(first.behaviour) || first.abandoned || hit(first.caller, first.at, second.at)) continue;
      unexplained += 1;
      broken.push(
        `${key}: called by ${first.caller} at ${first.at}, answered, and by ${second.caller} at ${second.at}`,
      );
    }
  }
  const keys = new Set([...made.keys()].map(stepOf));
  const called = steps.filter((step) => STEP_KEYS.has(step.key) && step.status === 'completed');
  const silent = called.filter((step) => !keys.has(`${step.runId}/${step.key}`));
  broken.push(...silent.map((step) => `run ${step.runId}: ${step.key} completed, and nobody was called`));
  return verdict({
    promise: 'G4',
    cases: called.length,
    title: 'external actions: at least once, with one key',
    figure: `${made.size} keys of ${called.length} steps; ${repeats} repeats, ${unexplained} without a cause`,
    counts: { keys: made.size, steps: called.length, calls: countCalls(made), repeats, unexplained },
    broken,
  });
}

/** Of the steps that call by a repeatable action. */
const STEP_KEYS = new Set(REPEATABLE.map((path) => path.split('/')[2]));

/** `run/step` of a key `organization/run/step`. */
function stepOf(key: string): string {
  return key.split('/').slice(1).join('/');
}

function countCalls(groups: ReadonlyMap<string, readonly Call[]>): number {
  return [...groups.values()].reduce((sum, group) => sum + group.length, 0);
}

export function checkCallsMadeOnce({ calls, runs }: Evidence): Verdict {
  const made = groupBy(
    calls.filter((call) => call.path === '/once/once'),
    (call) => call.key.split('/')[1] ?? '',
  );
  const broken: string[] = [];
  let parked = 0;
  let twice = 0;
  const once = runs.filter((run) => run.workflow === 'once');
  for (const run of once) {
    const group = made.get(run.id) ?? [];
    // An answer that says "not now" is no call: the service did nothing.
    const tries = group.filter((call) => isUncertain(call.behaviour));
    const answered = tries.filter((call) => !asksForMore(call.behaviour));
    if (run.parkedCode === 'outcome_unknown') parked += 1;
    if (tries.length > 1) {
      twice += 1;
      broken.push(`run ${run.id}: called ${tries.length} times: ${tries.map((call) => call.at).join(', ')}`);
    }
    if (run.status === 'completed' && answered.length !== 1) {
      broken.push(`run ${run.id} completed, with ${answered.length} calls that were answered`);
    }
    if (run.status === 'failed') broken.push(`run ${run.id} failed where the outcome was unknown: ${run.error}`);
  }
  return verdict({
    promise: 'G5',
    cases: once.length,
    title: 'non-repeatable actions: at most once',
    figure: `${once.length} steps, ${twice} called twice, ${parked} parked as outcome unknown`,
    counts: { steps: once.length, twice, parked },
    broken,
  });
}

/** Mails by the mail server: each letter once, or more than once with the same Message-ID where an answer was lost. */
export function checkMails({ mails, messages, runs, steps, faults }: Evidence): Verdict {
  const letters = new Set(runs.filter((run) => run.workflow === 'letter').map((run) => run.id));
  const taken = groupBy(mails, (mail) => mail.messageId);
  const sent = messages.filter((message) => letters.has(message.runId) && message.status === 'sent');
  const broken = sent.flatMap((message) =>
    taken.has(message.messageId) ? [] : [`${message.messageId} is noted as sent, and never came`],
  );
  const known = new Set(messages.map((message) => message.messageId));
  let repeats = 0;
  for (const [messageId, group] of taken) {
    if (!known.has(messageId)) broken.push(`a mail came with the Message-ID "${messageId}", of no message`);
    repeats += group.length - 1;
    const last = group.at(-1)?.at ?? 0;
    const [first] = group;
    const isExcused =
      group.some((mail) => !mail.answered) ||
      faults.some((fault) => fault.endedAt >= (first?.at ?? 0) - 10_000 && fault.startedAt <= last);
    if (group.length > 1 && !isExcused) broken.push(`${messageId} came ${group.length} times without a cause`);
  }
  const committed = steps.filter(
    (step) => step.key === 'mail' && letters.has(step.runId) && step.status === 'completed',
  );
  const rows = new Set(sent.map((message) => message.runId));
  broken.push(
    ...committed.filter((step) => !rows.has(step.runId)).map((step) => `run ${step.runId}: nothing was sent`),
  );
  return verdict({
    promise: 'mail',
    cases: sent.length,
    title: 'a mail is repeated only with the same Message-ID',
    figure: `${sent.length} letters sent, ${mails.length} mails came, ${repeats} repeats`,
    counts: { letters: letters.size, sent: sent.length, came: mails.length, repeats },
    broken,
  });
}
