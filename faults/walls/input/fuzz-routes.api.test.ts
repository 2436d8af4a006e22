/**
 * Every route and the webhook intake under requests that are broken at every level: values, JSON, bytes, headers,
 * framing, packets, several in one go.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEmailSend } from '../../../app/features/messages/server/actions/email-send.ts';
import { startTestApi, type TestApi } from '../../../app/server/testing/start-test-api.ts';
import { waitForRun } from '../../../app/server/testing/wait-for-run.ts';
import { UNLIMITED } from '../isolation/unlimited.ts';
import { SAMPLE_DEFINITION } from '../routes/sample-value.ts';
import { inPieces } from './broken-http.ts';
import { makeTargets, type Target } from './fuzz-targets.ts';
import { oddRequest } from './odd-requests.ts';
import { comparePrototypes, lookAtPrototypes } from './prototypes.ts';
import { type Exchange, exchangeRaw, type RawAnswer } from './raw-exchange.ts';
import { FUZZ_TEST_TIMEOUT_MS, runFuzz } from './run-fuzz.ts';

const before = lookAtPrototypes();
/** What the server logged as its own fault. */
const errors: string[] = [];
/** How often each status came: a run in which all is refused at the door has tried nothing. */
const statuses = new Map<number, number>();

let api: TestApi;
let targets: readonly Target[];
beforeAll(async () => {
  api = await startTestApi({
    actions: (db) => [createEmailSend({ db, mailer: null, mailFrom: 'test@example.com' })],
    rateLimits: UNLIMITED,
    onError: (line) => errors.push(line),
  });
  targets = await makeTargets(api);
});
afterAll(() => api.stop());

const connection = fc.record({
  requests: fc.array(
    oddRequest(() => targets),
    { minLength: 1, maxLength: 3 },
  ),
  /** Where the bytes are torn into packets. */
  cuts: fc.oneof(
    { weight: 4, arbitrary: fc.constant<number[]>([]) },
    { weight: 1, arbitrary: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 }) },
  ),
});

test(
  'no request is answered with a bug, with what is inside, or not at all',
  async () => {
    const port = Number(new URL(api.url).port);
    const sideBySide = fc.array(connection, { minLength: 1, maxLength: 24, size: 'max' });
    let connections = 0;
    const { seed } = await runFuzz(sideBySide, async (all) => {
      const sent = all.map(({ requests }) => Buffer.concat(requests));
      const exchanges = await Promise.all(
        all.map(({ requests, cuts }, n) => exchangeRaw(port, inPieces(sent[n] as Buffer, cuts), requests.length)),
      );
      connections += all.length;
      const faults = exchanges.flatMap((exchange, n) =>
        findFault(exchange).map((fault) => `${fault}\n${excerpt(sent[n])}`),
      );
      if (errors.length > 0) faults.push(`logged: ${errors.splice(0).join('')}\n${sent.map(excerpt).join('\n')}`);
      if (faults.length > 0) throw new Error(faults.join('\n').slice(0, 6000));
    });
    console.log(`${connections} connections, seed ${seed}:`, Object.fromEntries([...statuses].sort()));
  },
  FUZZ_TEST_TIMEOUT_MS,
);

const excerpt = (bytes: Buffer = Buffer.alloc(0)) => `sent: ${bytes.toString('latin1').slice(0, 1500)}`;

function findFault(exchange: Exchange): readonly string[] {
  if (exchange.kind !== 'answered') return [`${exchange.kind}: ${exchange.heard.slice(0, 1000)}`];
  return exchange.answers.flatMap((answer) => findFaultOf(answer) ?? []);
}

function findFaultOf({ status, headers, body }: RawAnswer): string | undefined {
  statuses.set(status, (statuses.get(status) ?? 0) + 1);
  if (status >= 500) return `answered ${status}: ${body}`;
  if (TELLS.test(body) && !body.includes('"openapi"')) return `tells what is inside: ${body.slice(0, 2000)}`;
  if ('x' in headers || 'x-injected' in headers) return 'a header was injected';
  return status < 400 || body === '' || isExplained(body) ? undefined : `is not explained: ${body}`;
}

/** Where code lies, what a stack looks like, and what only the database says. */
const TELLS = /node_modules|\.ts:\d|\n {4}at |mainspring_(tenant|engine)|pg_catalog/;

function isExplained(body: string): boolean {
  try {
    const { error } = JSON.parse(Buffer.from(body, 'latin1').toString('utf8'));
    return /^[a-z_]+$/.test(error.code) && typeof error.message === 'string' && error.message.length > 10;
  } catch {
    return false;
  }
}

describe('afterwards', () => {
  test('requests of every kind had been answered', () => {
    expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 201, 202, 400, 401, 404, 413, 415, 422]));
  });

  test('prototypes are as they were', () => {
    expect(comparePrototypes(before)).toEqual([]);
  });

  test('the server does its work', async () => {
    expect((await api.send('GET', '/readyz')).status).toBe(200);
    const { body } = await api.two.post('/api/v1/workflows', { definition: SAMPLE_DEFINITION });
    await api.two.post(`/api/v1/workflows/${body.id}/publish`);
    const { runId } = (await api.two.post(`/api/v1/workflows/${body.id}/execute`)).body;
    expect(await waitForRun(api.two, runId, 'completed')).toMatchObject({ error: null });
  });

  test('nothing is left open in the database', async () => {
    const { rows } = await api.db.owner.query(
      "select query from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'",
    );
    expect(rows).toEqual([]);
  });
});
