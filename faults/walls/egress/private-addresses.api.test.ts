/**
 * What a workflow may call, tried with whole runs on a whole server: nothing private in any notation, by any name, after
 * any redirect, by HTTP or by mail; and each refusal ends the step at once with the reason.
 */
import { networkInterfaces } from 'node:os';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createServerActions } from '../../../app/server/create-server-actions.ts';
import { type StubService, startStubService } from '../../../app/server/testing/start-stub-service.ts';
import { startTestApi, type TestApi } from '../../../app/server/testing/start-test-api.ts';
import { waitForRun } from '../../../app/server/testing/wait-for-run.ts';

/** Stands for everything inside: nobody may reach it. */
let inside: StubService;
/** Private too, and allowed by the operator; sends elsewhere whoever asks for it. */
let allowed: StubService;
let api: TestApi;
let runner: string;

/** Names as an attacker's DNS server answers them, in turn. */
const NAMES: { readonly [name: string]: readonly (readonly string[])[] } = {
  localhost: [['127.0.0.1', '::1']],
  'localhost.': [['127.0.0.1']],
  'localtest.example': [['127.0.0.1']],
  'mapped.example': [['::ffff:127.0.0.1']],
  'nat64.example': [['64:ff9b::7f00:1']],
  'both.example': [['93.184.216.34', '127.0.0.1']],
  'metadata.google.internal': [['169.254.169.254']],
  'rebind.example': [['127.0.0.1'], ['10.1.2.3'], ['93.184.216.34']],
  'intern.example': [['10.1.2.3']],
};
const asked = new Map<string, number>();

beforeAll(async () => {
  inside = await startStubService();
  allowed = await startStubService(({ url }, response) => {
    const to = new URL(url, 'http://x').searchParams.get('to');
    if (to === null) response.setHeader('content-type', 'application/json').end('{"hello":"world"}');
    else response.writeHead(302, { location: to.replaceAll(/[^ -~]+/g, encodeURIComponent) }).end();
  });
  api = await startTestApi({
    allowPrivateHosts: [allowed.host],
    actions: (db, log, outside) => [
      ...createServerActions({}, { db, log, outside, sandbox: undefined as never }).values(),
    ],
    resolver: async (name) => {
      const answers = NAMES[name];
      if (!answers) throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' });
      const turn = asked.get(name) ?? 0;
      asked.set(name, turn + 1);
      return answers[turn % answers.length] ?? [];
    },
  });
  runner = await publishRunner();
});
afterAll(async () => {
  await api?.stop();
  await inside.close();
  await allowed.close();
});
afterEach(() => {
  // Whatever was tried.
  expect(inside.seen).toEqual([]);
  asked.clear();
});

/** Calls the address of its input by each of the actions that call one. */
async function publishRunner(): Promise<string> {
  const url = { $: 'event.data.url' };
  const definition = {
    format: 'mainspring/workflow@1',
    name: 'Calls what it is told to',
    triggers: [{ id: 'start', type: 'manual' }],
    nodes: [
      { id: 'request', type: 'http.request', input: { url }, onError: 'continue' },
      { id: 'webhook', type: 'webhook.send', input: { url, body: {} }, onError: 'continue' },
    ],
    edges: [
      { from: 'start', to: 'request' },
      { from: 'start', to: 'webhook' },
    ],
  };
  const { body } = await api.one.post('/api/v1/workflows', { definition });
  expect(await api.one.post(`/api/v1/workflows/${body.id}/publish`)).toMatchObject({ status: 200 });
  return body.id;
}

type Step = { readonly status: string; readonly attempt: number; readonly output: unknown; readonly error: unknown };

async function call(url: string): Promise<readonly Step[]> {
  const { body } = await api.one.post(`/api/v1/workflows/${runner}/execute`, { input: { url } });
  return (await waitForRun(api.one, body.runId, 'completed', 'failed')).steps;
}

/** Each action has failed at its first attempt, and says why. */
async function expectRefused(url: string, code = /^egress_refused$/, message = /./, actions = 2): Promise<void> {
  const steps = (await call(url)).slice(0, actions);
  expect(steps).toHaveLength(actions);
  for (const { status, attempt, error } of steps) {
    expect([url, status, attempt, error]).toEqual([
      url,
      'failed',
      1,
      expect.objectContaining({ code: expect.stringMatching(code), message: expect.stringMatching(message) }),
    ]);
  }
}

const port = () => inside.host.split(':')[1];

const LOOPBACK = [
  ...['127.0.0.1', '127.1', '127.0.1', '2130706433', '0x7f000001', '0x7F.1', '0177.0.0.1', '0177.1', '017700000001'],
  ...['127.0.0.1.', '127.255.255.254', '0.0.0.0', '0', '0x0', '１２７.０.０.１', '127。0。0。1', '①②⑦.⓪.⓪.①'],
  ...[
    '[::1]',
    '[::]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[::ffff:0:127.0.0.1]',
  ],
  ...['[64:ff9b::127.0.0.1]', '[64:ff9b:1::7f00:1]', '[2002:7f00:1::]', '[2001:0:7f00:1::1]'],
];
const PRIVATE = [
  ...[
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '192.0.0.192',
    '198.18.0.1',
    '100.64.0.1',
    '255.255.255.255',
  ],
  ...[
    '224.0.0.1',
    '240.0.0.1',
    '[fc00::1]',
    '[fd12:3456::1]',
    '[fe80::1]',
    '[fec0::1]',
    '[ff02::1]',
    '[100::1]',
    '[2001:db8::1]',
  ],
];
const METADATA = ['169.254.169.254', '0xa9fea9fe', '2852039166', '0251.0376.0251.0376', '[::ffff:a9fe:a9fe]'];
const OTHER_METADATA = ['100.100.100.200', '168.63.129.16', '[fd00:ec2::254]', 'metadata.google.internal'];

describe('refused at connect time', () => {
  test.each(LOOPBACK)('loopback as %s', (host) => expectRefused(`http://${host}:${port()}/`));
  test.each(PRIVATE)('the private address %s', (host) => expectRefused(`http://${host}/`));
  test.each([...METADATA, ...OTHER_METADATA])('metadata at %s', (host) => expectRefused(`http://${host}/latest/`));
  test.each(Object.keys(NAMES))('the name %s', (name) => expectRefused(`http://${name}:${port()}/`));
  test.each(['LocalHost', 'LOCALHOST', 'ⓛocalhost'])('the name %s', (name) =>
    expectRefused(`http://${name}:${port()}/`),
  );
  test.each(['https://127.0.0.1/', 'https://[::1]/', 'https://localtest.example/'])('TLS to %s', (url) =>
    expectRefused(url),
  );

  test('each address of this machine', async () => {
    const own = Object.values(networkInterfaces()).flatMap((all) => all?.map(({ address }) => address) ?? []);
    for (const address of own) {
      await expectRefused(`http://${address.includes(':') ? `[${address.split('%')[0]}]` : address}:${port()}/`);
    }
  });

  test('with the way to allow it', () =>
    expectRefused(`${inside.url}/`, /^egress_refused$/, /MAINSPRING_ALLOW_PRIVATE_HOSTS/));

  test('a name whose answers change, at each of its answers', async () => {
    await expectRefused(`http://rebind.example:${port()}/`);
    // One look-up for each connection: the address that was judged is the one that is connected to.
    expect(asked.get('rebind.example')).toBe(2);
  });
});

describe('refused by its form', () => {
  test.each([
    ...['0', '1', '22', '25', '53', '110', '465', '587', '993', '2049', '5060', '5432', '6379', '6667', '11211'],
  ])('port %s', (odd) => expectRefused(`http://93.184.216.34:${odd}/`, /^egress_refused$/, /Port \d+/));

  test.each([
    ...[
      'http://93.184.216.34:65536/',
      'http://93.184.216.34:-1/',
      'http://93.184.216.34:80a/',
      'http://[::1/',
      'http://',
    ],
    ...['//127.0.0.1/', 'http://1.2.3.4.5.6/', 'http://%00/', 'http://a b/', 'no url', '/path'],
  ])('%s', (url) => expectRefused(url, /^egress_(invalid_request|refused)$/));

  test.each([
    ...[
      'file:///etc/passwd',
      'ftp://127.0.0.1/',
      'gopher://127.0.0.1:6379/_INFO',
      'dict://127.0.0.1:11211/stat',
      'data:text/plain,x',
    ],
    ...[
      'jar:http://127.0.0.1!/',
      'ldap://127.0.0.1/',
      'unix:/run/postgres.sock',
      'javascript:1',
      'ws://127.0.0.1/',
      'blob:http://127.0.0.1/x',
    ],
    ...['http://user:pass@93.184.216.34/', 'http://127.0.0.1@93.184.216.34/', 'http://93.184.216.34@127.0.0.1/'],
  ])('%s', (url) => expectRefused(url));

  test('a URL of 9,000 characters', () =>
    expectRefused(`http://93.184.216.34/${'x'.repeat(9_000)}`, /^(egress_invalid_request|invalid_input)$/));
});

describe('redirected there by a host that may be called', () => {
  const through = (to: string) => `${allowed.url}/?to=${encodeURIComponent(to)}`;
  // Webhooks follow no redirect at all; that is held by the test of their action.
  const expectStopped = (to: string) => expectRefused(through(to), /^egress_refused$/, /./, 1);

  test.each([...LOOPBACK, ...METADATA, 'localtest.example', 'rebind.example', 'both.example'])('to %s', (host) =>
    expectStopped(`http://${host}:${port()}/`),
  );
  test.each([
    ...['file:///etc/passwd', 'gopher://127.0.0.1:6379/_INFO', 'http://93.184.216.34:25/', 'http://a:b@93.184.216.34/'],
  ])('to %s', expectStopped);
  test('to //host', () => expectStopped(`//${inside.host}/`));
  test('over another of its own pages', () => expectStopped(through(`${inside.url}/`)));
});

describe('by mail', () => {
  test.each([
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f000001',
    '[::1]',
    'localtest.example',
    'both.example',
    '169.254.169.254',
  ])('a server at %s is refused', async (host) => {
    const given = { kind: 'smtp', name: `Mail ${host}`, secret: { url: `smtp://a:b@${host}:25` } };
    const made = await api.one.post('/api/v1/connections', given);
    if (made.status !== 201) {
      expect(made.status).toBeLessThan(500);
      return;
    }
    const input = { to: 'a@example.com', subject: 'x', body: 'x', connection: made.body.id };
    const { id } = await publish({ id: 'mail', type: 'smtp.send', input, onError: 'continue' });
    const { body } = await api.one.post(`/api/v1/workflows/${id}/execute`);
    const { steps } = await waitForRun(api.one, body.runId, 'completed', 'failed');
    expect(steps[0]).toMatchObject({
      status: 'failed',
      attempt: 1,
      error: { message: expect.stringMatching(/private/) },
    });
  });

  async function publish(node: object): Promise<{ id: string }> {
    const definition = {
      format: 'mainspring/workflow@1',
      name: 'Mails',
      triggers: [{ id: 'start', type: 'manual' }],
      nodes: [node],
      edges: [{ from: 'start', to: 'mail' }],
    };
    const { body } = await api.one.post('/api/v1/workflows', { definition });
    expect((await api.one.post(`/api/v1/workflows/${body.id}/publish`)).body).toEqual({ version: 1 });
    return body;
  }
});

test('what the operator allows is called, and nothing beside it', async () => {
  const [request, webhook] = await call(`${allowed.url}/`);
  expect(request).toMatchObject({ status: 'completed', output: { status: 200, body: { hello: 'world' } } });
  expect(webhook).toMatchObject({ status: 'completed', output: { status: 200 } });
  await expectRefused(`http://localhost:${allowed.host.split(':')[1]}/`);
  await expectRefused(`http://[::ffff:127.0.0.1]:${allowed.host.split(':')[1]}/`);
});
