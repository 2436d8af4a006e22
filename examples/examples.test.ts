/** Every example is a sound definition, and runs to the end that its README line tells, on a virtual clock. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createOfflineActions } from '@mainspring/app/server/offline-actions.ts';
import { parseDefinition } from '@mainspring/engine/definition/parse.ts';
import { validateDefinition } from '@mainspring/engine/definition/validate.ts';
import type { Json, JsonObject } from '@mainspring/engine/json.ts';
import { advance } from '@mainspring/engine/run/advance.ts';
import type { RunEffect } from '@mainspring/engine/run/effect.ts';
import type { ActionFailure, Fact, RunEvent } from '@mainspring/engine/run/event.ts';
import { compilePlan } from '@mainspring/engine/run/plan.ts';
import type { Run } from '@mainspring/engine/run/run.ts';
import { startRun } from '@mainspring/engine/run/start-run.ts';
import { describe, expect, test } from 'vitest';

const FOLDER = import.meta.dirname;
const NAMES = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json') && !file.endsWith('.input.json'))
  .map((file) => file.slice(0, -'.json'.length));

const read = (file: string) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Json;

/** The real actions: pure ones run as they are, the others are answered below. */
const { catalogue, dryPerform } = createOfflineActions();

function definitionOf(name: string) {
  const parsed = parseDefinition(read(`${name}.json`));
  if (!parsed.ok) throw new Error(parsed.problems.map(({ path, message }) => `${path} ${message}`).join('\n'));
  return parsed.definition;
}

test.each(NAMES)('%s has the shape of the format, no problems and an input', (name) => {
  expect(validateDefinition(definitionOf(name), { actions: catalogue })).toEqual([]);
  expect(read(`${name}.input.json`)).toBeTypeOf('object');
});

/** What a run did: each outgoing call in order, how long it took, and how it ended. */
type Trace = { readonly calls: readonly string[]; readonly days: number; readonly run: Run; readonly output: Json };

const START = Date.parse('2027-05-03T09:00:00Z');
const DAY_MS = 86_400_000;

/** Runs with the real waits of the example, unless `data` shortens them; `arrive` offers events to waits. */
function runThrough(name: string, data: Json, arrive: readonly Fact[] = []): Trace {
  const plan = compilePlan(definitionOf(name), catalogue);
  const context = { client: null, org: { name: 'Iron House', timezone: 'America/New_York' } };
  const identity = { id: 'run_1', organizationId: 'org_1', workflowId: 'wf_1', version: 1, triggerId: null };
  const event = { type: 'example', data, time: new Date(START).toISOString() };
  let run = startRun({ ...identity, event, subjectId: null, startedAt: START });
  let now = START;
  const calls: string[] = [];
  let output: Json = null;
  const pending: RunEvent[] = [{ kind: 'run-started' }];
  const perform = (effect: RunEffect) => {
    if (effect.kind === 'finish-run') output = effect.output;
    if (effect.kind === 'await-event') {
      const facts = arrive.filter((fact) => fact.type === effect.event);
      pending.push(...facts.map((fact) => ({ kind: 'event-received' as const, step: effect.step, event: fact })));
    }
    if (effect.kind !== 'perform-action') return;
    const { step, attempt, type } = effect;
    const input = effect.input as JsonObject;
    const answer = (output: Json) => pending.push({ kind: 'action-completed', step, attempt, output });
    const refuse = (failure: ActionFailure) => pending.push({ kind: 'action-failed', step, attempt, failure });
    const dry = dryPerform(type, input, { now });
    if (dry.kind === 'failed') return refuse(dry.failure);
    if (catalogue.find(type)?.effect === 'pure') return answer(dry.output);
    calls.push(describeCall(type, input));
    if (type !== 'http.request') return answer(dry.output);
    if (String(input.url).endsWith('/contracts')) {
      return refuse({ code: 'http_status', message: 'answered 422', kind: 'terminal' });
    }
    return answer(reply(input, calls.length));
  };
  for (let turns = 0; turns < 20_000; turns += 1) {
    const next = pending.shift();
    if (next === undefined && run.dueAt === null) break;
    if (next === undefined) now = Math.max(now, run.dueAt ?? now);
    const result = advance(plan, run, next ?? { kind: 'time-passed' }, { ...context, now });
    run = result.run;
    result.effects.forEach(perform);
    if (['completed', 'failed', 'parked', 'cancelled'].includes(run.status)) break;
  }
  return { calls, days: (now - START) / DAY_MS, run, output };
}

const inputOf = (name: string) => {
  const { waits: _, ...data } = read(`${name}.input.json`) as JsonObject;
  return data;
};
const fact = (type: string, data: Json): Fact => ({ type, data, time: new Date(START).toISOString() });

describe('with its own waits', () => {
  test.each<[string, string, number, Fact[], string[]]>([
    ['lead-nurture', 'completed', 3, [], ['POST /sms', 'mail priya.nair@example.com', 'POST /tasks']],
    [
      'appointment-confirmation',
      'completed',
      0,
      [],
      ['POST /sms', 'POST /calendar/events', 'mail tom.becker@example.com'],
    ],
    ['payment-follow-up', 'completed', 0, [], ['mail amara.cole@example.com', 'PATCH /leads/lead_3310', 'POST /tasks']],
    ['no-show-recovery', 'completed', 0.25, [], ['POST /sms', 'POST /calls', 'POST /tasks']],
    [
      'no-show-recovery',
      'completed',
      2 / 24,
      [fact('sms.received', { from: '+15550100190', text: 'YES' })],
      ['POST /sms', 'POST /tasks'],
    ],
    [
      'negative-feedback-alert',
      'completed',
      0,
      [],
      ['POST /slack/messages', 'POST /tasks', 'mail elena.rossi@example.com'],
    ],
    ['referral-request', 'completed', 7, [], ['mail noah.kim@example.com', 'POST /credits']],
    ['lead-scoring', 'completed', 0, [], ['PATCH /leads/lead_5008', 'POST /assignments']],
    [
      'abandoned-quote',
      'completed',
      3,
      [],
      ['mail luca.moretti@example.com', 'POST /calls', 'POST /discounts', 'mail luca.moretti@example.com'],
    ],
    ['abandoned-quote', 'completed', 0, [fact('payment.received', { quoteId: 'q_640' })], []],
    [
      'birthday-campaign',
      'completed',
      0,
      [],
      ['GET /leads?birthday=05-03', 'POST /sms', 'POST /sms', 'POST /offers', 'POST /offers'],
    ],
    ['feedback-survey', 'completed', 21, [], ['POST /sms']],
    [
      'feedback-survey',
      'completed',
      7,
      [fact('survey.answered', { purchaseId: 'pu_3003', rating: 2, comment: 'Too hard' })],
      ['POST /sms', 'POST /slack/messages'],
    ],
    [
      'feedback-survey',
      'completed',
      7,
      [fact('survey.answered', { purchaseId: 'pu_3003', rating: 5 })],
      ['POST /sms', 'mail grace.owusu@example.com'],
    ],
    ['daily-schedule', 'completed', 0, [], ['GET /tasks?status=open', 'mail team@ironhouse.example.com']],
    [
      'saga',
      'failed',
      0,
      [],
      ['POST /seats', 'POST /rooms', 'POST /charges', 'POST /contracts'].concat([
        'POST /refunds',
        'DELETE /rooms/rooms_2',
        'DELETE /seats/seats_1',
      ]),
    ],
    ['csv-fan-out', 'completed', 0, [], []],
  ])('%s ends %s after %d days', (name, status, days, arrive, calls) => {
    const trace = runThrough(name, inputOf(name), arrive);
    expect(trace.run).toMatchObject({ status, parked: null });
    expect(trace.calls).toEqual(calls);
    expect(trace.days).toBeCloseTo(days, 5);
  });

  test.each([
    [100, 'website', 0, ['PATCH /leads/lead_1', 'mail a@example.com', 'mail a@example.com']],
    [2000, 'referral', 1, ['PATCH /leads/lead_1', 'POST /assignments']],
  ])('a lead with a budget of %d from %s is routed by its score', (budget, source, emailsOpened, calls) => {
    const lead = { id: 'lead_1', firstName: 'A', email: 'a@example.com', budget, source, emailsOpened };
    expect(runThrough('lead-scoring', { lead }).calls).toEqual(calls);
  });

  test('a thousand rows are counted, summed and averaged', () => {
    const rows = parsePlainCsv((inputOf('csv-fan-out') as { csv: string }).csv);
    const revenue = rows.reduce((sum, row) => sum + Number(row.monthly), 0);
    expect(runThrough('csv-fan-out', inputOf('csv-fan-out')).output).toMatchObject({
      members: 1000,
      revenue,
      averageFee: revenue / 1000,
      toCall: rows.filter((row) => row.visits === '0').length,
    });
  });
});

test('the short waits of the inputs end within ten seconds', () => {
  for (const name of NAMES) expect(runThrough(name, read(`${name}.input.json`)).days * DAY_MS).toBeLessThan(10_000);
});

function describeCall(type: string, input: JsonObject): string {
  if (type === 'email.send') return `mail ${input.to}`;
  const url = new URL(input.url as string);
  for (const [key, value] of Object.entries((input.query ?? {}) as JsonObject))
    url.searchParams.set(key, String(value));
  return `${input.method} ${url.pathname}${url.search}`;
}

function reply(input: JsonObject, count: number): Json {
  const { pathname } = new URL(input.url as string);
  const people = ['Ada', 'Finn'].map((firstName, index) => ({
    id: `lead_${index}`,
    firstName,
    phone: `+1555010010${index}`,
  }));
  const tasks = [
    { title: 'Send the plan', rank: 1, minutes: 15 },
    { title: 'Call back', rank: 3, minutes: 20 },
  ];
  const items = pathname === '/tasks' ? tasks : people;
  const body = {
    items,
    id: `${pathname.split('/')[1]}_${count}`,
    link: 'https://calendar.example.com/e',
    code: 'SAVE10',
  };
  return { status: 200, headers: {}, body };
}

/** Enough for the file of the example: quotes around a field, none inside it. */
function parsePlainCsv(text: string): { [key: string]: string }[] {
  const [head = [], ...rows] = text
    .trim()
    .split('\n')
    .map((line) =>
      [...line.matchAll(/("([^"]*)"|[^,]*)(,|$)/g)].slice(0, 7).map((field) => field[2] ?? field[1] ?? ''),
    );
  return rows.map((row) => Object.fromEntries(row.map((value, index) => [head[index] ?? '', value])));
}
