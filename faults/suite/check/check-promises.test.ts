/** Each promise is found broken where the evidence says so, and kept where it does not. */
import { describe, expect, it } from 'vitest';
import type { Operation } from '../load/generate-load.ts';
import { checkPromises } from './check-promises.ts';
import type { Evidence } from './evidence.ts';
import { auditOf, callOf, evidenceOf, faultOf, runOf, stepOf } from './testing/sound-evidence.ts';

function brokenBy(evidence: Partial<Evidence>): readonly string[] {
  const verdicts = checkPromises(evidenceOf(evidence));
  return verdicts.filter((each) => !each.ok).map((each) => each.promise);
}

function operationOf(more: Partial<Operation> = {}): Operation {
  const answers = [{ runIds: ['run-1'], duplicate: false }];
  return { workflow: 'charge', key: 'key-1', sentAt: 900, acceptedAt: 1_000, answers, refusals: {}, ...more };
}

const mail = stepOf({ key: 'mail' });
const message = { runId: 'run-1', step: 'mail', status: 'outbox', messageId: '<1@x>' };
const once = runOf({ workflow: 'once' });
const onceCall = callOf({ path: '/once/once', key: 'org/run-1/once' });
const tick = { workflow: 'tick-all', eventId: 'event-1', scheduledFor: 10_000 } as const;
const tickRun = runOf({ workflow: 'tick-all', key: null });
const ordered = (n: number, at: number) =>
  callOf({ path: '/ordered/step', at, key: `org/run-${n}/step`, body: { subject: 's', n } });
const orderedSteps = [1, 2].map((n) => stepOf({ runId: `run-${n}`, key: 'step' }));
const pinned = runOf({ workflow: 'pinned', version: 2 });
const pinnedStep = stepOf({ key: 'before' });
const pinnedCall = callOf({ path: '/pinned/before', key: 'org/run-1/before', body: { version: 3 } });
const timer = runOf({ workflow: 'timer', pause: 'PT5S' });

describe('the checker', () => {
  it.each<[string, Partial<Evidence>]>([
    ['an accepted run in no table', { operations: [operationOf()] }],
    ['a run that never ends', { operations: [operationOf()], runs: [runOf({ status: 'waiting' })] }],
    ['a post accepted without a run', { operations: [operationOf({ answers: [{ runIds: [], duplicate: false }] })] }],
  ])('finds G1 broken by %s', (_, evidence) => expect(brokenBy(evidence)).toEqual(['G1']));

  it.each<[string, string, Partial<Evidence>]>([
    ['G2', 'two runs of one key', { runs: [runOf(), runOf({ id: 'run-2' })] }],
    ['G3', 'a committed step without its row', { runs: [runOf()], steps: [mail] }],
    ['G3', 'a row without its committed step', { runs: [runOf()], messages: [message] }],
    ['G3', 'two rows of one step', { runs: [runOf()], steps: [mail], messages: [message, message] }],
    ['G4', 'a call without a key', { calls: [callOf({ key: '' })] }],
    ['G4', 'a step that called nobody', { steps: [stepOf()] }],
    ['G4', 'a repeat without a cause', { steps: [stepOf()], calls: [callOf(), callOf({ at: 1_600 })] }],
    ['G5', 'two calls of one key', { runs: [once], calls: [onceCall, onceCall] }],
    ['G5', 'a failure where the outcome is unknown', { runs: [{ ...once, status: 'failed' }], calls: [onceCall] }],
    [
      'G6',
      'a write by another',
      { audit: [auditOf(), auditOf({ op: 'write', app: 'worker-b/1', oldToken: 1, newToken: 2 })] },
    ],
    [
      'G6',
      'a write with an old token',
      { audit: [auditOf({ newToken: 2 }), auditOf({ op: 'end', oldToken: 1, held: false })] },
    ],
    [
      'G6',
      'a write after the run was freed',
      { audit: [auditOf(), auditOf({ op: 'release', held: false }), auditOf({ op: 'write' })] },
    ],
    ['G7', 'a run that nobody takes up', { audit: [auditOf({ at: 900 })], faults: [faultOf()] }],
    [
      'G7',
      'a run taken up late',
      {
        audit: [auditOf({ at: 900 }), auditOf({ at: 30_000, app: 'worker-b/1', oldToken: 1, newToken: 2 })],
        faults: [faultOf()],
      },
    ],
    [
      'G8',
      'a timer that fires early',
      { runs: [{ ...timer, finishedAt: 5_900 }], steps: [stepOf({ key: 'pause', finishedAt: 5_900 })] },
    ],
    [
      'G8',
      'a timer that is late for no reason',
      { runs: [{ ...timer, finishedAt: 9_000 }], steps: [stepOf({ key: 'pause', finishedAt: 9_000 })] },
    ],
    [
      'G9',
      'a tick that comes twice',
      {
        ticks: [tick, { ...tick, eventId: 'event-2' }],
        runs: [tickRun, { ...tickRun, id: 'run-2', eventId: 'event-2' }],
      },
    ],
    ['G9', 'a tick with two runs', { ticks: [tick], runs: [tickRun, { ...tickRun, id: 'run-2' }] }],
    ['G9', 'a tick before its time', { ticks: [tick], runs: [tickRun], audit: [auditOf({ op: 'insert', at: 9_990 })] }],
    [
      'G9',
      'a tick after the pause',
      { ticks: [tick], runs: [tickRun], pausedAt: 5_000, audit: [auditOf({ op: 'insert', at: 10_100 })] },
    ],
    ['G10', 'a later one first', { steps: orderedSteps, calls: [ordered(2, 1_000), ordered(1, 2_000)] }],
    [
      'G11',
      'a run that speaks for another version',
      { runs: [pinned], steps: [pinnedStep], calls: [pinnedCall], pinnedSays: new Map([[2, 2]]) },
    ],
    ['G15 tables', 'an open table', { tables: [{ table: 'messages', isProtected: false, foreignRows: 0 }] }],
    ['G14 refusals', 'a 500', { operations: [operationOf({ refusals: { '500': 1 } })], runs: [runOf()] }],
    ['upright', 'a process that fell over', { crashes: [{ life: 'worker-a/1', at: 1, phase: 'work', how: '' }] }],
    [
      'lease',
      'a run taken from a blocked worker',
      {
        audit: [auditOf({ at: 900 }), auditOf({ at: 1_500, op: 'release', app: 'worker-b/1', held: false })],
        faults: [faultOf({ kind: 'block-event-loop' })],
      },
    ],
    [
      'cut-off',
      'a call after the lease of a worker that is cut off',
      {
        steps: [stepOf()],
        calls: [callOf({ at: 12_000 })],
        faults: [faultOf({ kind: 'blackhole-database', endedAt: 14_000 })],
      },
    ],
  ])('finds %s broken by %s', (promise, _, evidence) => expect(brokenBy(evidence)).toEqual([promise]));

  it.each<[string, Partial<Evidence>]>([
    ['nothing happened', {}],
    [
      'a post was sent twice and answered alike',
      {
        operations: [
          operationOf({
            answers: [
              { runIds: ['run-1'], duplicate: false },
              { runIds: ['run-1'], duplicate: true },
            ],
          }),
        ],
        runs: [runOf()],
      },
    ],
    [
      'a call was repeated because the service broke off',
      {
        steps: [stepOf()],
        calls: [callOf({ behaviour: 'do-then-reset' }), callOf({ at: 1_600 })],
      },
    ],
    [
      'a call was repeated because its worker was killed',
      {
        steps: [stepOf()],
        calls: [callOf({ at: 900 }), callOf({ at: 5_000, caller: 'worker-b' })],
        faults: [faultOf()],
      },
    ],
    [
      'a call that must not be repeated was asked to come later',
      {
        runs: [once],
        calls: [{ ...onceCall, behaviour: 'too-many' }, onceCall],
      },
    ],
    [
      'a call that must not be repeated has an unknown outcome',
      {
        runs: [{ ...once, status: 'parked', parkedCode: 'outcome_unknown' }],
        calls: [{ ...onceCall, behaviour: 'do-then-reset' }],
      },
    ],
    [
      'ticks came in a row',
      {
        ticks: [tick, { ...tick, eventId: 'event-2', scheduledFor: 12_000 }],
        runs: [tickRun, { ...tickRun, id: 'run-2', eventId: 'event-2' }],
      },
    ],
    [
      'one of the same subject was repeated before the next',
      {
        steps: orderedSteps,
        calls: [{ ...ordered(1, 1_000), behaviour: 'unavailable' }, ordered(1, 1_500), ordered(2, 2_000)],
      },
    ],
  ])('finds nothing broken where %s', (_, evidence) => expect(brokenBy(evidence)).toEqual([]));
});
