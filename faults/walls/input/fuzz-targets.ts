/** Valid requests to every route and to hooks of every kind: what the fuzzer then breaks. */
import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { newId } from '../../../app/platform/ids/id.ts';
import type { Caller, TestApi } from '../../../app/server/testing/start-test-api.ts';
import { fillOrganization, ownId, type Things } from '../isolation/fill-organization.ts';
import { describeRoutes } from '../routes/describe-routes.ts';
import { SAMPLE_DEFINITION, sampleValue } from '../routes/sample-value.ts';

export type Header = readonly [name: string, value: string];

export type Target = {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly headers: readonly Header[];
  /** Undefined where the route takes none. */
  readonly body: unknown;
  /** Proves the sender of the body, whatever it has become. */
  readonly sign: (body: Buffer) => readonly Header[];
};

const JSON_TYPE: Header = ['Content-Type', 'application/json'];
const unsigned = () => [];

export async function makeTargets(api: TestApi): Promise<readonly Target[]> {
  const things = await fillOrganization(api, api.one);
  return [...routeTargets(api, things), ...(await hookTargets(api.one))];
}

function routeTargets(api: TestApi, things: Things): Target[] {
  const key: Header = ['Authorization', `Bearer ${things.caller.apiKey}`];
  return describeRoutes(api.server)
    .filter(({ path }) => !path.startsWith('/hooks/'))
    .flatMap(({ name, method, path, inQuery, body }) => {
      const id = ownId(things, path) ?? newId();
      const query = new URLSearchParams();
      for (const [param, schema] of Object.entries(inQuery)) {
        query.set(param, param === 'cursor' ? newId() : String(sampleValue(schema, param)));
      }
      const base = { name, method, headers: [key, ...(body ? [JSON_TYPE] : [])], sign: unsigned };
      const bodies = body === undefined ? [undefined] : bodiesOf(sampleValue(body));
      const fill = (with_: string) =>
        path.replace('{id}', with_).replace('{version}', '1').replace('{triggerId}', 'hook');
      // Whatever else asks for what is removed would find nothing.
      const ids = method === 'DELETE' ? [newId()] : path.includes('{') ? [id, newId()] : [id];
      const search = query.size > 0 ? `?${query}` : '';
      const paths = ids.map((each) => `${fill(each)}${search}`);
      return paths.flatMap((each) => bodies.map((sample) => ({ ...base, path: each, body: sample })));
    });
}

/** A body with a definition once with each of the examples. */
function bodiesOf(sample: unknown): unknown[] {
  if (typeof sample !== 'object' || sample === null || !('definition' in sample)) return [sample];
  return [SAMPLE_DEFINITION, ...EXAMPLES].map((definition) => ({ ...sample, definition }));
}

const FOLDER = join(import.meta.dirname, '..', '..', '..', 'examples');
const EXAMPLES: readonly unknown[] = readdirSync(FOLDER)
  .filter((name) => /^[\w-]+\.json$/.test(name))
  .map((name) => JSON.parse(readFileSync(join(FOLDER, name), 'utf8')))
  .filter((value) => value.format === 'mainspring/workflow@1');

const VERIFIED: readonly (readonly [verify: string, sign: (secret: string, body: Buffer) => readonly Header[]])[] = [
  ['none-with-secret-path', unsigned],
  ['hmac', (secret, body) => [['X-Signature', createHmac('sha256', secret).update(body).digest('hex')]]],
  ['standard-webhooks', signStandard],
  ['bearer', (secret) => [['Authorization', `Bearer ${secret}`]]],
  ['basic', (secret) => [['Authorization', `Basic ${Buffer.from(`mainspring:${secret}`).toString('base64')}`]]],
];

function signStandard(secret: string, body: Buffer): readonly Header[] {
  const at = new Date();
  const id = newId();
  // The library signs text; bytes that are none are refused, which is an answer too.
  const signature = new Webhook(secret).sign(id, at, body.toString('utf8'));
  return [
    ['webhook-id', id],
    ['webhook-timestamp', String(Math.floor(at.getTime() / 1000))],
    ['webhook-signature', signature],
  ];
}

const HOOK_BODY = { id: 'a', lead: { name: 'Jane', scores: [1, 2.5, null] }, text: '{{ org.name }}', $: 'event.type' };

async function hookTargets(caller: Caller): Promise<Target[]> {
  const targets: Target[] = [];
  for (const [verify, sign] of VERIFIED) {
    const { path, secret } = await publishHook(caller, verify);
    const signer = (body: Buffer) => sign(secret, body);
    const base = { name: `POST /hooks/{token} ${verify}`, method: 'POST', path: `${path}?a=1&b=2`, sign: signer };
    targets.push(
      { ...base, headers: [JSON_TYPE], body: HOOK_BODY },
      { ...base, headers: [['Content-Type', 'application/x-www-form-urlencoded']], body: 'a=1&b=x+y&b=%C3%BC' },
      { ...base, headers: [['Content-Type', 'text/plain']], body: 'Grüße' },
      { ...base, method: 'GET', headers: [], body: undefined },
    );
  }
  return targets;
}

/** Its key and its filter read the body, and its node shows it. */
async function publishHook(caller: Caller, verify: string): Promise<{ path: string; secret: string }> {
  const definition = {
    format: 'mainspring/workflow@1',
    name: `Hook ${verify}`,
    triggers: [
      {
        id: 'hook',
        type: 'webhook',
        verify,
        dedupe: 'has(event.data.body.id) ? event.data.body.id : null',
        where: 'event.data.method != ""',
      },
    ],
    nodes: [
      {
        id: 'done',
        type: 'flow.stop',
        input: { output: { $: 'event.data' }, message: '{{ event.data.body | json }}' },
      },
    ],
    edges: [{ from: 'hook', to: 'done' }],
  };
  const { body } = await caller.post('/api/v1/workflows', { definition });
  const published = await caller.post(`/api/v1/workflows/${body.id}/publish`);
  if (published.status !== 200) throw new Error(JSON.stringify(published.body));
  const [{ url, secret }] = body.triggers;
  return { path: new URL(url).pathname, secret: secret ?? '' };
}
