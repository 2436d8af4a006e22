/**
 * Every example as a person would use it: created and published over HTTP on a whole server, started by its own
 * trigger, carried out by the real actions against the services on loopback, with the short waits of its input.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '@mainspring/app/runtime/testing/wait-for.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Call } from './services.ts';
import { type Anything, EXAMPLES, type ExampleServer, startExampleServer } from './testing/example-server.ts';

let server: ExampleServer;
beforeAll(async () => {
  server = await startExampleServer();
});
afterAll(() => server?.close());

test('the real actions find nothing wrong with any of them', async () => {
  for (const name of EXAMPLES) {
    const answer = await server.api('POST', '/api/v1/workflows/validate', { definition: server.read(`${name}.json`) });
    expect(answer).toEqual({ ok: true, problems: [] });
  }
});

type Expected = {
  readonly status?: string;
  /** `METHOD path` of each call, in order. */
  readonly calls?: readonly string[];
  /** `recipient: subject` of each message in the outbox, in order. */
  readonly mails?: readonly string[];
  readonly output?: unknown;
};

/** What each does when nothing comes to those that listen. */
const EXPECTED: { readonly [name: string]: Expected } = {
  'lead-nurture': {
    calls: ['POST /sms', 'POST /tasks'],
    mails: ['priya.nair@example.com: Your first steps with strength training'],
  },
  'appointment-confirmation': {
    calls: ['POST /sms', 'POST /calendar/events'],
    mails: ['tom.becker@example.com: Intro session on March 15'],
  },
  'payment-follow-up': {
    calls: ['PATCH /leads/lead_3310', 'POST /tasks'],
    mails: ['amara.cole@example.com: Thank you, Amara'],
  },
  'no-show-recovery': { calls: ['POST /sms', 'POST /calls', 'POST /tasks'] },
  'negative-feedback-alert': {
    calls: ['POST /slack/messages', 'POST /tasks'],
    mails: ['elena.rossi@example.com: We are sorry, Elena'],
  },
  'referral-request': {
    calls: ['POST /credits'],
    mails: ['noah.kim@example.com: Know someone who would like this too?'],
  },
  'lead-scoring': { calls: ['PATCH /leads/lead_5008', 'POST /assignments'] },
  'abandoned-quote': {
    calls: ['POST /calls', 'POST /discounts'],
    mails: [
      'luca.moretti@example.com: Your quote Q-2027-0640 is waiting',
      'luca.moretti@example.com: 10% off quote Q-2027-0640, for a week',
    ],
  },
  'feedback-survey': { calls: ['POST /sms'] },
  'first-run': { mails: ['ada@example.com: Welcome, Ada'] },
  'csv-fan-out': { output: fanOutResult() },
  saga: {
    status: 'failed',
    calls: [
      ...['POST /seats', 'POST /rooms', 'POST /charges', 'POST /contracts'],
      ...['POST /refunds', 'DELETE /rooms/rooms_?', 'DELETE /seats/seats_?'],
    ],
  },
};

describe('started by its own trigger', () => {
  const runs = new Map<string, Anything>();
  beforeAll(async () => {
    const started = new Map<string, string>();
    for (const name of Object.keys(EXPECTED))
      started.set(name, await server.start(name, server.read(`${name}.input.json`)));
    for (const [name, runId] of started) runs.set(name, await server.ended(runId));
  });

  test.each(Object.entries(EXPECTED))('%s does what it says', async (name, expected) => {
    const run = runs.get(name);
    expect(run).toMatchObject({ status: expected.status ?? 'completed', workflowId: server.workflow(name).id });
    const calls = server.callsOf(run.id);
    // Parallel branches call in either order.
    const inOrder = name === 'negative-feedback-alert' ? calls.map(line).sort() : calls.map(line);
    expect(inOrder).toEqual(expected.calls ?? []);
    expect(new Set(calls.map((call) => call.idempotencyKey)).size).toBe(calls.length);
    expect(await mailsOf(run.id)).toEqual(expected.mails ?? []);
    if ('output' in expected) expect(run.output).toEqual(expected.output);
  });

  test('saga undoes what was done, last first, and says why', () => {
    const run = runs.get('saga');
    expect(run.error).toMatchObject({ nodeId: 'contract', code: 'http_status' });
    const done = run.steps
      .filter((step: Anything) => step.status === 'compensated')
      .map((step: Anything) => step.nodeId);
    expect(done).toEqual(['reserve_seat', 'book_room', 'charge']);
    const charge = run.steps.find((step: Anything) => step.nodeId === 'charge');
    const refund = server.callsOf(run.id).find((call) => call.path === '/refunds');
    expect(JSON.parse(refund?.body ?? '')).toEqual({ chargeId: charge.output.body.id, amountCents: 89000 });
  });

  test('csv-fan-out takes a turn for each of a thousand rows', () => {
    const turns = runs.get('csv-fan-out').steps.filter((step: Anything) => step.nodeId === 'advice');
    expect(turns).toHaveLength(1000);
    expect(new Set(turns.map((step: Anything) => step.status))).toEqual(new Set(['completed']));
  });

  test('no text shows how it was made', async () => {
    for (const { id } of runs.values()) {
      const texts = (await server.messagesOf(id)).flatMap(({ subject, text }) => [subject, text]);
      for (const text of [...texts, ...server.callsOf(id).map((call) => call.body)]) {
        expect(text).not.toMatch(/\{\{|\{%|\[object|undefined|NaN|"\$"/);
      }
    }
  });
});

describe('those that listen go on with what comes', () => {
  test.each<[string, object, string, object, Expected]>([
    [
      'no-show-recovery',
      { lead: { id: 'lead_7', firstName: 'Kim', phone: '+15550100777' } },
      'sms.received',
      { from: '+15550100777', text: 'YES' },
      { calls: ['POST /sms', 'POST /tasks'] },
    ],
    [
      'abandoned-quote',
      { quote: { id: 'q_7', number: 'Q-7', totalCents: 100, url: 'https://quotes.example.com/q_7' } },
      'payment.received',
      { quoteId: 'q_7', payment: { amountCents: 0 } },
      { output: { recovered: false, paid: true } },
    ],
    [
      'feedback-survey',
      { purchase: { id: 'pu_7', product: 'the course' } },
      'survey.answered',
      { purchaseId: 'pu_7', rating: 2, comment: 'Too "hard"' },
      { calls: ['POST /sms', 'POST /slack/messages'] },
    ],
    [
      'feedback-survey',
      { purchase: { id: 'pu_8', product: 'the course' } },
      'survey.answered',
      { purchaseId: 'pu_8', rating: 5 },
      { calls: ['POST /sms'], mails: ['grace.owusu@example.com: Would you tell others?'] },
    ],
  ])('%s', async (name, change, type, data, expected) => {
    const runId = await server.start(name, { ...server.read(`${name}.input.json`), ...change });
    await waitFor(async () => isListening(await server.api('GET', `/api/v1/runs/${runId}`)));
    await server.api('POST', '/api/v1/events', { type, data });
    const run = await server.ended(runId);
    expect(run.status).toBe('completed');
    expect(server.callsOf(runId).map(line)).toEqual(expected.calls ?? []);
    expect(await mailsOf(runId)).toEqual(expected.mails ?? []);
    if ('output' in expected) expect(run.output).toEqual(expected.output);
  });
});

describe('those on a schedule run at its tick', () => {
  test.each<[string, string, RegExp, Expected]>([
    [
      'daily-schedule',
      'Europe/Berlin',
      /^(Mon|Tue|Wed|Thu|Fri) 08:00$/,
      { calls: ['GET /tasks?status=open'], mails: [`team@ironhouse.example.com: 3 things for DAY`] },
    ],
    [
      'birthday-campaign',
      'America/New_York',
      /^\w{3} 09:00$/,
      { calls: ['GET /leads?birthday=DATE', ...Array(3).fill('POST /offers'), ...Array(3).fill('POST /sms')] },
    ],
  ])('%s', async (name, timeZone, clock, expected) => {
    const { id } = server.workflow(name);
    // As if the server had been down for eight days: the last tick it missed is made up for, once.
    await server.database.engine.query(
      `update schedules set next_at = next_at - interval '8 days' where workflow_id = $1`,
      [id],
    );
    let items: Anything[] = [];
    await waitFor(async () => {
      ({ items } = await server.api('GET', `/api/v1/runs?workflowId=${id}`));
      return items.length > 0;
    });
    const run = await server.ended(items[0].id);
    expect(run).toMatchObject({ status: 'completed', event: { type: 'schedule.ticked' } });
    const ticked = new Date(run.event.time);
    const show = (options: Intl.DateTimeFormatOptions) => ticked.toLocaleString('en-GB', { timeZone, ...options });
    expect(`${show({ weekday: 'short' })} ${show({ hour: '2-digit', minute: '2-digit' })}`).toMatch(clock);
    const date = `${show({ month: '2-digit' })}-${show({ day: '2-digit' })}`;
    expect(server.callsOf(run.id).map(line).sort()).toEqual(expected.calls?.map((call) => call.replace('DATE', date)));
    const mails = expected.mails?.map((mail) => mail.replace('DAY', show({ weekday: 'long' }))) ?? [];
    expect(await mailsOf(run.id)).toEqual(mails);
    expect((await server.api('GET', `/api/v1/runs?workflowId=${id}`)).items).toHaveLength(1);
  });

  test('daily-schedule lists the most urgent first and sums the minutes', async () => {
    const { items } = await server.api('GET', '/api/v1/messages?to=team@ironhouse.example.com');
    expect(items[0].text).toBe(
      'Good morning,\n\n1. Call Elena back (20 min)\n2. Order resistance bands (10 min)\n3. Send the plan to Priya (15 min)\n\nAbout 45 minutes in all. Have a good day!',
    );
  });
});

function isListening(run: Anything): boolean {
  return run.steps.some(
    (step: Anything) => step.status === 'waiting' && ['answered', 'paid', 'answer'].includes(step.nodeId),
  );
}

/** Ids that the services gave are not the same every time. */
function line({ method, path }: Call): string {
  return `${method} ${path.replace(/_\d+$/, (id) => (path.startsWith('/leads') ? id : '_?'))}`;
}

async function mailsOf(runId: string): Promise<readonly string[]> {
  const messages = await server.messagesOf(runId);
  expect(messages.filter(({ status }) => status !== 'outbox')).toEqual([]);
  return messages.map(({ to, subject }) => `${to.join()}: ${subject}`);
}

/** Counted anew from the file, with nothing of ours. */
function fanOutResult(): object {
  const { csv } = JSON.parse(readFileSync(join(import.meta.dirname, 'csv-fan-out.input.json'), 'utf8')) as {
    csv: string;
  };
  const lines = csv.trim().split('\n').slice(1);
  // From the right: only names hold commas.
  const rows = lines
    .map((text) => text.split(',').slice(-4))
    .map(([city, , monthly, visits]) => ({ city, monthly, visits }));
  const revenue = rows.reduce((sum, row) => sum + Number(row.monthly), 0);
  const cities = [...new Set(rows.map((row) => row.city))].sort();
  return {
    members: rows.length,
    revenue,
    averageFee: revenue / rows.length,
    toCall: rows.filter((row) => row.visits === '0').length,
    cities: cities.map((city) => ({ city, members: rows.filter((row) => row.city === city).length })),
  };
}
