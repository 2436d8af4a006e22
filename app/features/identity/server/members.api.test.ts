import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROLES, type Role } from '../../../platform/auth/access.ts';
import { authorize } from '../../../platform/auth/authorize.ts';
import { listRoutes, nameOf, OPEN_ROUTES } from '../../../server/testing/list-routes.ts';
import { openBrowser, type Person, tokenIn, waitForMail } from '../../../server/testing/open-browser.ts';
import { startTestApi, type TestApi } from '../../../server/testing/start-test-api.ts';
import { createFirstLink } from './create-first-link.ts';

const PASSWORD = 'correct horse battery';
let api: TestApi;
const people = {} as { [role in Role]: Person };
const ids = {} as { [role in Role]: string };
const addressOf = (role: string) => `${role}@example.com`;
beforeAll(async () => {
  api = await startTestApi();
  const token = await createFirstLink(api.db.engine, api.one.organizationId);
  people.owner = await join({ token, name: 'owner', email: addressOf('owner'), password: PASSWORD });
  for (const role of ['admin', 'editor', 'viewer'] as const) people[role] = await invite(addressOf(role), role);
  for (const role of ROLES) ids[role] = (await people[role].call('GET', '/api/v1/me')).body.user.id;
});
afterAll(() => api.stop());

async function join(body: object): Promise<Person> {
  const person = openBrowser(api);
  const { status, body: answer } = await person.call('POST', '/api/auth/join', body);
  expect([status, answer]).toMatchObject([200, {}]);
  return person;
}

async function invite(email: string, role: Role): Promise<Person> {
  const made = await people.owner.call('POST', '/api/v1/invitations', { email, role });
  expect(made.status).toBe(201);
  const token = tokenIn(await waitForMail(api, email, /Join/));
  return join({ token, name: role, password: PASSWORD });
}

const roleOf = async (person: Person) => (await person.call('GET', '/api/v1/me')).body.role;
const newest = async () => (await api.one.get('/api/v1/audit?limit=1')).body.items[0];

describe.each(ROLES)('as %s', (role) => {
  test('every route that the matrix refuses answers 403 with the reason, and no other does', async () => {
    type Paths = { readonly [path: string]: { readonly [method: string]: { readonly 'x-permission': never } } };
    const { paths } = api.server.swagger() as unknown as { readonly paths: Paths };
    const routes = listRoutes(api.server).filter((route) => !OPEN_ROUTES.includes(nameOf(route)));
    let asked = 0;
    for (const route of routes) {
      const action = paths[route.path]?.[route.method.toLowerCase()]?.['x-permission'];
      if (action === undefined || route.path.includes('/me/sessions') || route.path.endsWith('/leave')) continue;
      const member = { kind: 'member', userId: '', sessionId: '', organizationId: '', role } as const;
      const decision = authorize(member, action);
      const url = route.path.replaceAll(/\{\w+\}/g, 'x');
      const body = route.method === 'GET' || route.method === 'DELETE' ? undefined : { nonsense: true };
      const answer = await people[role].call(route.method, url, body);
      const message = decision.kind === 'refused' ? decision.reason : null;
      const refusal = answer.status === 403 ? answer.body.error.message : null;
      expect([nameOf(route), refusal]).toEqual([nameOf(route), message]);
      asked += 1;
    }
    expect(asked).toBeGreaterThan(35);
  });
});

describe('members', () => {
  test('are listed with their roles, for their organization alone', async () => {
    const { items } = (await people.viewer.call('GET', '/api/v1/members')).body;
    expect(items.map(({ email, role }: { email: string; role: string }) => [email, role])).toEqual(
      ROLES.map((role) => [addressOf(role), role]),
    );
    expect((await api.two.get('/api/v1/members')).body).toEqual({ items: [], nextCursor: null });
    const first = (await api.one.get('/api/v1/members?limit=3')).body;
    expect((await api.one.get(`/api/v1/members?cursor=${first.nextCursor}`)).body.items).toEqual(items.slice(3));
  });

  test('lose what they may do with their next request', async () => {
    const { body } = await people.editor.call('POST', '/api/v1/workflows', {
      definition: { format: 'mainspring/workflow@1', name: 'x', nodes: [] },
    });
    const change = () => people.editor.call('PATCH', `/api/v1/workflows/${body.id}`, { definition: body.draft });
    expect((await change()).status).toBe(200);
    expect((await people.admin.call('PATCH', `/api/v1/members/${ids.editor}`, { role: 'viewer' })).status).toBe(204);
    expect((await change()).status).toBe(403);
    expect(await newest()).toMatchObject({
      actor: { kind: 'member', id: ids.admin },
      action: 'member.changed',
      object: { type: 'member', id: ids.editor },
      before: { role: 'editor' },
      after: { role: 'viewer' },
    });
    await people.admin.call('PATCH', `/api/v1/members/${ids.editor}`, { role: 'editor' });
    expect((await change()).status).toBe(200);
  });

  test('cannot be made, changed or removed as owners by an admin', async () => {
    const asks = [
      people.admin.call('PATCH', `/api/v1/members/${ids.owner}`, { role: 'viewer' }),
      people.admin.call('DELETE', `/api/v1/members/${ids.owner}`),
      people.admin.call('PATCH', `/api/v1/members/${ids.admin}`, { role: 'owner' }),
      people.admin.call('POST', '/api/v1/invitations', { email: 'new@example.com', role: 'owner' }),
      people.admin.call('POST', '/api/v1/api-keys', { name: 'mine', scopes: ['full'] }),
    ];
    for (const ask of asks) expect((await ask).body.error).toMatchObject({ code: 'forbidden' });
    expect(await roleOf(people.owner)).toBe('owner');
  });

  test('of another organization are as if they were not there', async () => {
    for (const id of [ids.viewer, 'x', '01980000-0000-7000-8000-000000000000']) {
      const changed = await api.two.patch(`/api/v1/members/${id}`, { role: 'admin' });
      expect([changed.status, changed.body.error.code]).toEqual([404, 'member_not_found']);
      expect((await api.two.delete(`/api/v1/members/${id}`)).status).toBe(404);
    }
    expect(await roleOf(people.viewer)).toBe('viewer');
  });
});

describe('the last owner', () => {
  const leave = (person: Person) => person.call('POST', '/api/v1/organization/leave');

  test('cannot leave, be demoted or removed', async () => {
    const asks = [
      leave(people.owner),
      people.owner.call('PATCH', `/api/v1/members/${ids.owner}`, { role: 'admin' }),
      api.one.delete(`/api/v1/members/${ids.owner}`),
    ];
    for (const ask of asks) expect((await ask).body.error.code).toBe('last_owner');
  });

  test('is kept when two owners step down at once', async () => {
    const demote = (id: string) => api.one.patch(`/api/v1/members/${id}`, { role: 'viewer' });
    for (let round = 0; round < 5; round++) {
      for (const role of ['owner', 'admin'] as const)
        await api.one.patch(`/api/v1/members/${ids[role]}`, { role: 'owner' });
      const answers = await Promise.all([demote(ids.owner), demote(ids.admin)]);
      expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 409]);
    }
    await api.one.patch(`/api/v1/members/${ids.owner}`, { role: 'owner' });
    await api.one.patch(`/api/v1/members/${ids.admin}`, { role: 'admin' });
  });
});

describe('an invitation', () => {
  test('works once, and not after it was taken back, replaced or has expired', async () => {
    const email = 'late@example.com';
    const send = async () => {
      const before = await api.db.engine.query('delete from messages where private');
      expect(before.rowCount).not.toBeNull();
      const { body } = await people.admin.call('POST', '/api/v1/invitations', { email, role: 'viewer' });
      return { id: body.id, token: tokenIn(await waitForMail(api, email, /Join/)) };
    };
    const use = async (token: string) =>
      (await openBrowser(api).call('POST', '/api/auth/join', { token, name: 'Late', password: PASSWORD })).status;
    const replaced = await send();
    const revoked = await send();
    expect(await use(replaced.token)).toBe(410);
    expect((await api.two.delete(`/api/v1/invitations/${revoked.id}`)).status).toBe(404);
    expect((await people.admin.call('DELETE', `/api/v1/invitations/${revoked.id}`)).status).toBe(204);
    expect(await use(revoked.token)).toBe(410);
    const expired = await send();
    await api.db.owner.query("update invitations set expires_at = now() - interval '1 s' where id = $1", [expired.id]);
    expect(await use(expired.token)).toBe(410);
    const good = await send();
    const uses = await Promise.all([use(good.token), use(good.token)]);
    expect(uses.toSorted()).toEqual([200, 410]);
    expect((await api.one.get('/api/v1/invitations')).body.items).toEqual([]);
  });

  test('is for its address alone, and lets who has an account into a second organization', async () => {
    await api.two.post('/api/v1/invitations', { email: addressOf('viewer'), role: 'editor' });
    const token = tokenIn(await waitForMail(api, addressOf('viewer'), /Join/));
    const accept = (person: Person) => person.call('POST', '/api/v1/accept-invitation', { token });
    expect((await accept(people.editor)).body.error.code).toBe('other_address');
    const anew = await openBrowser(api).call('POST', '/api/auth/join', { token, name: 'x', password: PASSWORD });
    expect(anew.body.error.code).toBe('has_account');
    expect((await accept(people.viewer)).body).toEqual({ organizationId: api.two.organizationId });
    expect((await accept(people.viewer)).status).toBe(410);
  });

  test('that is kept in the outbox is seen by owners alone', async () => {
    const see = async (person: Person) => (await person.call('GET', '/api/v1/messages')).body.items;
    const [mail] = await see(people.owner);
    expect(mail.subject).toMatch(/Join/);
    for (const role of ['admin', 'editor', 'viewer'] as const) {
      expect(await see(people[role])).toEqual([]);
      expect((await people[role].call('GET', `/api/v1/messages/${mail.id}`)).status).toBe(404);
    }
    expect((await api.two.get('/api/v1/messages')).body.items).toEqual([]);
  });

  test('is stored by its hash', async () => {
    const { rows } = await api.db.engine.query('select i::text as row from invitations i');
    expect(rows.map(({ row }) => row).join()).not.toContain('msi_');
  });
});

describe('someone in two organizations', () => {
  test('chooses by X-Organization, and has in each the role they have there', async () => {
    const there = { 'x-organization': api.two.organizationId };
    expect((await people.viewer.call('GET', '/api/v1/me')).body.organizations).toHaveLength(2);
    expect((await people.viewer.call('GET', '/api/v1/me', undefined, there)).body).toMatchObject({
      role: 'editor',
      organization: { id: api.two.organizationId },
    });
    const definition = { format: 'mainspring/workflow@1', name: 'There', nodes: [] };
    const create = (headers?: Record<string, string>) =>
      people.viewer.call('POST', '/api/v1/workflows', { definition }, headers);
    expect((await create()).status).toBe(403);
    expect((await create(there)).status).toBe(201);
    expect((await people.viewer.call('POST', '/api/v1/organization/leave', {}, there)).status).toBe(204);
    expect((await create(there)).status).toBe(404);
  });

  test('gets the same 404 for a foreign organization as for none', async () => {
    const ask = async (id: string) =>
      (await people.admin.call('GET', '/api/v1/runs', undefined, { 'x-organization': id })).body;
    const foreign = await ask(api.two.organizationId);
    expect(foreign.error.code).toBe('organization_not_found');
    expect(await ask('01980000-0000-7000-8000-000000000000')).toEqual(foreign);
    expect(await ask("x' or true")).toEqual(foreign);
    const byKey = await api.one.get('/api/v1/runs', { headers: { 'x-organization': api.two.organizationId } });
    expect(byKey.body).toEqual(foreign);
  });
});

describe('an organization', () => {
  test('gets another name and time zone, and the log tells from what to what', async () => {
    const change = (body: object) => people.admin.call('PATCH', '/api/v1/organization', body);
    expect((await change({ timezone: 'Mars/Olympus' })).body.error.code).toBe('unknown_timezone');
    expect((await change({ name: 'Gym', timezone: 'Europe/Berlin' })).body).toMatchObject({
      id: api.one.organizationId,
      name: 'Gym',
      timezone: 'Europe/Berlin',
    });
    expect(await newest()).toMatchObject({
      action: 'organization.changed',
      before: { name: 'Test', timezone: 'UTC' },
      after: { name: 'Gym', timezone: 'Europe/Berlin' },
    });
  });

  test('can be made by anyone who is signed in, who is then its owner', async () => {
    const made = await people.viewer.call('POST', '/api/v1/organizations', { name: 'Own' });
    expect(made.status).toBe(201);
    const there = { 'x-organization': made.body.id };
    expect((await people.viewer.call('GET', '/api/v1/me', undefined, there)).body.role).toBe('owner');
    expect((await people.viewer.call('GET', '/api/v1/audit', undefined, there)).body.items).toMatchObject([
      { action: 'organization.created' },
    ]);
  });
});

describe('API keys', () => {
  test('are made with scopes and an end, shown once, listed and revoked', async () => {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const made = await people.admin.call('POST', '/api/v1/api-keys', { name: 'Reader', scopes: ['read'], expiresAt });
    expect(made).toMatchObject({ status: 201, body: { name: 'Reader', scopes: ['read'], expiresAt } });
    const { id, value } = made.body;
    const withKey = { authorization: `Bearer ${value}` };
    expect((await api.send('GET', '/api/v1/workflows', { headers: withKey })).status).toBe(200);
    expect((await api.send('GET', '/api/v1/me', { headers: withKey })).body).toMatchObject({
      kind: 'api_key',
      scopes: ['read'],
      user: null,
    });
    const refused = await api.send('POST', '/api/v1/events', { headers: withKey, body: { type: 'a.b', data: {} } });
    expect(refused.body.error.message).toContain('the scope run or full');
    const listed = (await people.admin.call('GET', '/api/v1/api-keys')).body;
    expect(listed.items[0]).toMatchObject({ id, hint: value.slice(0, 8) });
    expect(JSON.stringify(listed)).not.toContain(value);
    expect((await api.two.delete(`/api/v1/api-keys/${id}`)).status).toBe(404);
    expect((await people.admin.call('DELETE', `/api/v1/api-keys/${id}`)).status).toBe(204);
    expect((await people.admin.call('DELETE', `/api/v1/api-keys/${id}`)).status).toBe(404);
    expect(await newest()).toMatchObject({ action: 'api_key.revoked', before: { name: 'Reader' }, after: null });
  });

  test('do not begin expired', async () => {
    const past = { name: 'x', scopes: ['read'], expiresAt: '2020-01-01T00:00:00Z' };
    expect((await api.one.post('/api/v1/api-keys', past)).body.error.code).toBe('expires_in_past');
  });
});

describe('while the audit log cannot be written', () => {
  beforeAll(() => api.db.owner.query('alter table audit_log add constraint broken check (false) not valid'));
  afterAll(() => api.db.owner.query('alter table audit_log drop constraint broken'));

  test.each([
    ['a role', () => api.one.patch(`/api/v1/members/${ids.viewer}`, { role: 'admin' })],
    ['a member', () => api.one.delete(`/api/v1/members/${ids.viewer}`)],
    ['an invitation', () => api.one.post('/api/v1/invitations', { email: 'no@example.com', role: 'viewer' })],
    ['an organization', () => api.one.patch('/api/v1/organization', { name: 'No' })],
    ['an API key', () => api.one.post('/api/v1/api-keys', { name: 'No', scopes: ['read'] })],
  ])('%s stays as it is', async (_name, change) => {
    const quiet = api.server.log.level;
    api.server.log.level = 'silent';
    const before = await contents();
    expect((await change()).status).toBe(500);
    expect(await contents()).toEqual(before);
    api.server.log.level = quiet;
  });

  async function contents() {
    const { rows } = await api.db.engine.query(`
      select (select json_agg(m order by user_id) from members m) as members,
        (select json_agg(i order by id) from invitations i) as invitations,
        (select json_agg(o order by id) from organizations o) as organizations,
        (select count(*) from api_keys) as keys`);
    return rows[0];
  }
});
