import { newId } from '../../../app/platform/ids/id.ts';
import type { Caller, TestApi } from '../../../app/server/testing/start-test-api.ts';
import { waitForRun } from '../../../app/server/testing/wait-for-run.ts';

/** What an organization has after `fillOrganization`: something in every table. */
export type Things = {
  readonly caller: Caller;
  /** Stands in every name and text of the organization, and nowhere else. */
  readonly canary: string;
  readonly workflow: string;
  readonly hookPath: string;
  readonly run: { readonly waiting: string; readonly completed: string; readonly failed: string };
  readonly message: string;
  readonly deadLetter: string;
  readonly connection: string;
  readonly person: { readonly member: string; readonly invitation: string };
  readonly apiKey: string;
  /** Of the call that made the workflow. */
  readonly idempotencyKey: string;
  readonly clientId: string;
};

export async function fillOrganization({ db }: Pick<TestApi, 'db'>, caller: Caller): Promise<Things> {
  const canary = `canary-${caller.organizationId}`;
  await db.engine.query('update organizations set name = $2 where id = $1', [caller.organizationId, canary]);
  const idempotencyKey = `key-of-${canary}`;
  const clientId = `client-of-${canary}`;
  const created = await must(
    201,
    caller.post(
      '/api/v1/workflows',
      { definition: keeping(canary) },
      { headers: { 'idempotency-key': idempotencyKey } },
    ),
  );
  const workflow = created.id as string;
  await must(200, caller.post(`/api/v1/workflows/${workflow}/publish`));
  const event = { type: 'thing.happened', data: { canary }, clientId, key: canary };
  const { runIds } = await must(202, caller.post('/api/v1/events', event));
  const waiting = runIds[0] as string;
  await waitForRun(caller, waiting, 'waiting');
  const completed = await runOnce(caller, ending(canary, 'completed'), 'completed');
  const failed = await runOnce(caller, ending(canary, 'failed'), 'failed');
  const connection = newId();
  const person = { member: newId(), invitation: newId() };
  await plantRows(db, caller.organizationId, { canary, runId: waiting, connection, person });
  return {
    caller,
    canary,
    workflow,
    hookPath: new URL(created.triggers.find(({ id }: { id: string }) => id === 'hook').url).pathname,
    run: { waiting, completed, failed },
    message: (await must(200, caller.get('/api/v1/messages'))).items[0].id,
    deadLetter: (await must(200, caller.get('/api/v1/dead-letters'))).items[0].id,
    connection,
    person,
    apiKey: (await must(200, caller.get('/api/v1/api-keys'))).items[0].id,
    idempotencyKey,
    clientId,
  };
}

/** What no call of the API leaves behind. */
async function plantRows(
  db: TestApi['db'],
  organizationId: string,
  planted: {
    readonly canary: string;
    readonly runId: string;
    readonly connection: string;
    readonly person: Things['person'];
  },
): Promise<void> {
  const { canary, runId, connection, person } = planted;
  // A message to a run that no worker is told of: it stays where it is.
  const message = `insert into run_inbox (org_id, run_id, message) values ($1, $2, '{"kind":"resume-requested"}')`;
  await db.engine.query(message, [organizationId, runId]);
  // Only a restore holds what an organization sends.
  await db.owner.query('insert into sending_holds (org_id, backup_at) values ($1, now())', [organizationId]);
  await db.engine.query(
    `insert into connections (org_id, id, name, kind, hosts, key_id, data_key, sealed)
     values ($1, $2, $3, 'bearer', array[$4], 'none', 'x', $5)`,
    [organizationId, connection, `of ${canary}`, `${canary}.example.com`, Buffer.from(canary)],
  );
  await db.engine.query('insert into users (id, name, email) values ($1, $2, $3)', [
    person.member,
    canary,
    `${canary}@people.example.com`,
  ]);
  await db.engine.query("insert into members (org_id, user_id, role) values ($1, $2, 'viewer')", [
    organizationId,
    person.member,
  ]);
  await db.engine.query(
    `insert into invitations (org_id, id, email, role, token_hash, expires_at)
     values ($1, $2, $3, 'viewer', $4, now() + interval '1 day')`,
    [organizationId, person.invitation, `${canary}@guests.example.com`, Buffer.from(canary)],
  );
}

/** An id of one's own for a path, by what stands before it. */
export function ownId(things: Things, path: string): string | undefined {
  const ids: Record<string, string> = {
    workflows: things.workflow,
    // Ended, so that its stream of events ends too.
    runs: things.run.completed,
    messages: things.message,
    connections: things.connection,
    'dead-letters': things.deadLetter,
    members: things.person.member,
    invitations: things.person.invitation,
    'api-keys': things.apiKey,
    // Sessions are for people who are signed in: a key is refused whatever the id.
    me: things.person.member,
  };
  return ids[path.split('/')[3] ?? ''];
}

/** Waits for ever: its run, its wait, its mail and its schedule stay. */
function keeping(canary: string) {
  return {
    format: 'mainspring/workflow@1',
    name: `Keeps ${canary}`,
    triggers: [
      { id: 'start', type: 'manual' },
      { id: 'happened', type: 'event', event: 'thing.happened', rateLimit: { limit: 100_000, per: 'PT1H' } },
      { id: 'hook', type: 'webhook', verify: 'hmac' },
      { id: 'daily', type: 'schedule', cron: '0 9 * * *' },
    ],
    nodes: [
      { id: 'mail', type: 'email.send', input: { to: `${canary}@example.com`, subject: canary, body: canary } },
      { id: 'wait', type: 'flow.wait_for_event', input: { event: 'thing.answered', timeout: 'P30D' } },
    ],
    edges: [
      ...['start', 'happened', 'hook', 'daily'].map((from) => ({ from, to: 'mail' })),
      { from: 'mail', to: 'wait' },
    ],
    settings: { subject: 'client', reentry: 'once' },
  };
}

function ending(canary: string, status: 'completed' | 'failed') {
  return {
    format: 'mainspring/workflow@1',
    name: `Ends ${canary}`,
    triggers: [{ id: 'start', type: 'manual' }],
    nodes: [{ id: 'stop', type: 'flow.stop', input: { status, message: canary, output: { canary } } }],
    edges: [{ from: 'start', to: 'stop' }],
  };
}

async function runOnce(caller: Caller, definition: object, status: string): Promise<string> {
  const { id } = await must(201, caller.post('/api/v1/workflows', { definition }));
  await must(200, caller.post(`/api/v1/workflows/${id}/publish`));
  const { runId } = await must(202, caller.post(`/api/v1/workflows/${id}/execute`));
  await waitForRun(caller, runId, status);
  return runId;
}

async function must(status: number, asked: ReturnType<Caller['get']>) {
  const answer = await asked;
  if (answer.status !== status)
    throw new Error(`answered ${answer.status}, not ${status}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}
