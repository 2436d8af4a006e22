import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser, type Person, tokenIn, waitForMail } from '../../../server/testing/open-browser.ts';
import { startTestApi, type TestApi } from '../../../server/testing/start-test-api.ts';
import { createFirstLink } from './create-first-link.ts';

const PASSWORD = 'correct horse battery';
const WHO = { name: 'Ada', email: 'ada@example.com', password: PASSWORD };
let api: TestApi;
let ada: Person;
beforeAll(async () => {
  api = await startTestApi();
  ada = openBrowser(api);
});
afterAll(() => api.stop());

const signIn = (person: Person, email: string, password: string, headers = {}) =>
  person.call('POST', '/api/auth/sign-in/email', { email, password }, headers);

async function tokenOf(email: string, subject: RegExp) {
  return tokenIn(await waitForMail(api, email, subject));
}

/** A link for one more owner of organization one. */
const newLink = () => createFirstLink(api.db.engine, api.one.organizationId);

describe('the link of the first start', () => {
  test('makes an owner and signs them in, once', async () => {
    const token = await newLink();
    const joined = await ada.call('POST', '/api/auth/join', { token, ...WHO });
    expect([joined.status, joined.body.token]).toEqual([200, undefined]);
    const me = await ada.call('GET', '/api/v1/me');
    expect(me.body).toMatchObject({
      kind: 'member',
      role: 'owner',
      user: { name: 'Ada', email: 'ada@example.com', twoFactorEnabled: false },
      organization: { id: api.one.organizationId },
    });
    const again = await openBrowser(api).call('POST', '/api/auth/join', { token, ...WHO, email: 'eve@example.com' });
    expect([again.status, again.body.error.code]).toEqual([410, 'invalid_link']);
  });

  test('is not enough without an address, nor with one that has an account, nor with a short password', async () => {
    const join = (body: object) => openBrowser(api).call('POST', '/api/auth/join', body);
    const token = await newLink();
    const { email, ...nameless } = WHO;
    expect((await join({ token, ...nameless })).body.error.code).toBe('email_needed');
    expect((await join({ token, ...nameless, email })).body.error.code).toBe('has_account');
    expect((await join({ token, ...WHO, email: 'b@example.com', password: 'short' })).status).toBe(400);
    expect((await join({ token: 'msi_wrong', ...WHO })).body.error.code).toBe('invalid_link');
  });
});

describe('the session cookie', () => {
  test('is httpOnly, SameSite=Lax, and without Secure only where the site has no TLS', async () => {
    const answer = await signIn(openBrowser(api), WHO.email, PASSWORD);
    const [cookie] = [answer.headers['set-cookie'] ?? []].flat();
    expect(cookie).toMatch(/^mainspring\.session_token=/);
    expect(cookie).toContain('HttpOnly');
    expect(cookie).toContain('SameSite=Lax');
    expect(cookie).not.toContain('Secure');
  });

  test.each([
    ['another site', { origin: 'https://evil.example' }],
    ['the same host and another port', { origin: 'http://127.0.0.1:1' }],
    ['no origin', { origin: '' }],
    ['a null origin', { origin: 'null' }],
  ])('changes nothing from %s', async (_name, headers) => {
    for (const path of ['/api/v1/organizations', '/api/auth/sign-out', '/api/auth/update-user']) {
      const { status } = await ada.call('POST', path, path.endsWith('out') ? {} : { name: 'Stolen' }, headers);
      expect([path, status]).toEqual([path, 403]);
    }
    expect((await ada.call('GET', '/api/v1/me')).body.user.name).toBe('Ada');
  });

  test('that was changed is no session', async () => {
    const forged = openBrowser(api);
    forged.setCookies(ada.cookies().replace(/session_token=.{5}/, 'session_token=AAAAA'));
    const { status, body } = await forged.call('GET', '/api/v1/runs');
    expect([status, body.error.code]).toEqual([401, 'invalid_session']);
  });

  test('opens the same API as a key', async () => {
    expect((await ada.call('GET', '/api/v1/workflows')).body).toEqual({ items: [], nextCursor: null });
    const definition = { format: 'mainspring/workflow@1', name: 'Mine', nodes: [] };
    const made = await ada.call('POST', '/api/v1/workflows', { definition });
    expect(made.status).toBe(201);
    const { body } = await api.one.get('/api/v1/audit?action=workflow.created');
    expect(body.items[0].actor).toEqual({ kind: 'member', id: (await ada.call('GET', '/api/v1/me')).body.user.id });
  });
});

describe('nobody learns who has an account', () => {
  test('by signing in', async () => {
    const known = await signIn(openBrowser(api), WHO.email, 'wrong password');
    const unknown = await signIn(openBrowser(api), 'nobody@example.com', 'wrong password');
    expect(known.status).toBe(401);
    expect(known.body).toEqual(unknown.body);
  });

  test('by signing up, invited or not', async () => {
    await api.one.post('/api/v1/invitations', { email: 'guest@example.com', role: 'viewer' });
    const signUp = async (email: string) => {
      const { status, body } = await openBrowser(api).call('POST', '/api/auth/sign-up/email', { ...WHO, email });
      const { id, email: shown, createdAt, updatedAt, ...user } = body.user;
      return { status, user, isShown: shown === email, kinds: [id, createdAt, updatedAt].map((each) => typeof each) };
    };
    const known = await signUp(WHO.email);
    expect(known.status).toBe(200);
    expect(await signUp('nobody@example.com')).toEqual(known);
    expect(await signUp('guest@example.com')).toEqual(known);
    expect(await waitForMail(api, WHO.email, /already have an account/)).toContain('/sign-in');
    const { rows } = await api.db.engine.query('select email from users order by email');
    expect(rows.map(({ email }) => email)).toEqual(['ada@example.com', 'guest@example.com']);
  });

  test('by asking for a new password', async () => {
    const ask = (email: string) => openBrowser(api).call('POST', '/api/auth/request-password-reset', { email });
    const known = await ask(WHO.email);
    expect(known.status).toBe(200);
    expect((await ask('nobody@example.com')).body).toEqual(known.body);
  });
});

describe('an address', () => {
  test('must be confirmed by its mail before one is signed in', async () => {
    const guest = openBrowser(api);
    const before = await signIn(guest, 'guest@example.com', PASSWORD);
    expect([before.status, before.body.error.code]).toEqual([403, 'email_not_verified']);
    const token = await tokenOf('guest@example.com', /Confirm/);
    const verified = await guest.call('GET', `/api/auth/verify-email?token=${encodeURIComponent(token)}&callbackURL=/`);
    expect([verified.status, verified.headers.location]).toEqual([302, '/']);
    expect((await guest.call('GET', '/api/v1/me')).body).toMatchObject({ kind: 'person', organization: null });
    const refused = await guest.call('GET', '/api/v1/workflows');
    expect([refused.status, refused.body.error.code]).toEqual([403, 'forbidden']);
  });
});

describe('a new password', () => {
  test('is set by the token of a mail, once, and ends every session', async () => {
    const other = openBrowser(api);
    await signIn(other, WHO.email, PASSWORD);
    const token = await tokenOf(WHO.email, /new password/);
    const reset = (newPassword: string) =>
      openBrowser(api).call('POST', '/api/auth/reset-password', { token, newPassword });
    expect((await reset('short')).body.error.code).toBe('password_too_short');
    expect((await reset(`${PASSWORD} 2`)).status).toBe(200);
    expect((await reset(`${PASSWORD} 3`)).status).toBe(400);
    for (const person of [ada, other]) expect((await person.call('GET', '/api/v1/me')).status).toBe(401);
    expect((await signIn(ada, WHO.email, PASSWORD)).status).toBe(401);
    expect((await signIn(ada, WHO.email, `${PASSWORD} 2`)).status).toBe(200);
  });
});

describe('sessions', () => {
  test('are listed, ended one by one, and all at once', async () => {
    const other = openBrowser(api);
    await signIn(other, WHO.email, `${PASSWORD} 2`, { 'user-agent': 'Other' });
    const { items } = (await ada.call('GET', '/api/v1/me/sessions')).body;
    const theirs = items.find((session: { userAgent: string }) => session.userAgent === 'Other');
    expect(theirs).toMatchObject({ isCurrent: false, address: '127.0.0.1' });
    expect(JSON.stringify(items)).not.toContain('token');
    expect((await ada.call('DELETE', `/api/v1/me/sessions/${theirs.id}`)).status).toBe(204);
    expect((await other.call('GET', '/api/v1/me')).status).toBe(401);
    expect((await ada.call('DELETE', `/api/v1/me/sessions/${theirs.id}`)).status).toBe(404);
    await signIn(other, WHO.email, `${PASSWORD} 2`);
    expect((await ada.call('DELETE', '/api/v1/me/sessions')).status).toBe(204);
    for (const person of [ada, other]) expect((await person.call('GET', '/api/v1/me')).status).toBe(401);
  });

  test('of others are as if they were not there', async () => {
    await signIn(ada, WHO.email, `${PASSWORD} 2`);
    const guest = openBrowser(api);
    await signIn(guest, 'guest@example.com', PASSWORD);
    const mine = (await ada.call('GET', '/api/v1/me/sessions')).body.items[0];
    const { status, body } = await guest.call('DELETE', `/api/v1/me/sessions/${mine.id}`);
    expect([status, body.error.code]).toEqual([404, 'session_not_found']);
  });

  test('end with signing out', async () => {
    const copy = openBrowser(api);
    copy.setCookies(ada.cookies());
    expect((await ada.call('POST', '/api/auth/sign-out', {})).status).toBe(200);
    expect((await copy.call('GET', '/api/v1/me')).status).toBe(401);
  });
});

describe('a second factor', () => {
  let codes: string[];
  const password = `${PASSWORD} 2`;

  test('is asked for once it was set up and proved', async () => {
    await signIn(ada, WHO.email, password);
    const begun = await ada.call('POST', '/api/auth/two-factor/enable', { password });
    codes = begun.body.backupCodes;
    const secret = new URL(begun.body.totpURI).searchParams.get('secret') ?? '';
    const proved = await ada.call('POST', '/api/auth/two-factor/verify-totp', { code: totp(secret) });
    expect(proved.status).toBe(200);
    const other = openBrowser(api);
    const half = await signIn(other, WHO.email, password);
    expect(half.body.twoFactorRedirect).toBe(true);
    expect((await other.call('GET', '/api/v1/me')).status).toBe(401);
    expect((await other.call('POST', '/api/auth/two-factor/verify-totp', { code: '000000' })).status).toBe(401);
    const whole = await other.call('POST', '/api/auth/two-factor/verify-totp', { code: totp(secret) });
    expect(whole.status).toBe(200);
    expect((await other.call('GET', '/api/v1/me')).body.user.twoFactorEnabled).toBe(true);
  });

  test('may be a recovery code, each once', async () => {
    expect(codes.length).toBeGreaterThanOrEqual(8);
    const use = async () => {
      const person = openBrowser(api);
      await signIn(person, WHO.email, password);
      const { status } = await person.call('POST', '/api/auth/two-factor/verify-backup-code', { code: codes[0] });
      return [status, (await person.call('GET', '/api/v1/me')).status];
    };
    expect(await use()).toEqual([200, 200]);
    expect(await use()).toEqual([401, 401]);
  });

  test('and secrets are not in the database as they are', async () => {
    const { rows } = await api.db.engine.query(
      'select t::text as row from two_factors t union all select v::text from verifications v',
    );
    const text = rows.map(({ row }) => row).join();
    for (const code of codes) expect(text).not.toContain(code);
  });
});

test('no tenant may touch people, their sessions or their ways to sign in', async () => {
  for (const table of ['users', 'sessions', 'accounts', 'verifications', 'two_factors']) {
    await expect(api.db.tenantPool.query(`select from ${table}`)).rejects.toThrow('permission denied');
  }
});

test('what better-auth has beside the listed calls is not there', async () => {
  for (const path of [
    '/get-session',
    '/list-sessions',
    '/delete-user',
    '/error',
    '/ok',
    '/two-factor/view-backup-codes',
  ]) {
    expect((await ada.call('GET', `/api/auth${path}`)).status).toBe(404);
    expect((await ada.call('POST', `/api/auth${path}`, {})).status).toBe(404);
  }
});

test('the options name who may sign up, and no service that is not set up', async () => {
  const { body } = await api.send('GET', '/api/auth/options');
  expect(body).toEqual({ signUp: 'invited', providers: [] });
  const { status } = await openBrowser(api).call('POST', '/api/auth/sign-in/social', { provider: 'google' });
  expect(status).toBe(404);
});

describe('too many attempts', () => {
  let limited: TestApi;
  beforeAll(async () => {
    limited = await startTestApi({ attemptLimits: { perAddress: 8, perAccountAndAddress: 3, perAccount: 100 } });
  });
  afterAll(() => limited.stop());

  test('on one account, and from one address, are refused with Retry-After, known account or not', async () => {
    const attempt = async (email: string) => {
      const { status, headers } = await signIn(openBrowser(limited), email, PASSWORD);
      return status === 429 ? [status, Number(headers['retry-after']) > 0] : status;
    };
    const guesses = [];
    for (let n = 0; n < 4; n++) guesses.push(await attempt('someone@example.com'));
    expect(guesses).toEqual([401, 401, 401, [429, true]]);
    const others = [];
    for (let n = 0; n < 5; n++) others.push(await attempt(`other-${n}@example.com`));
    expect(others).toEqual([401, 401, 401, 401, [429, true]]);
  });
});

describe('open to everyone and with a service set up', () => {
  let open: TestApi;
  beforeAll(async () => {
    const client = { clientId: 'our-id', clientSecret: 'our-secret' };
    const mailFrom = 'server@example.com';
    open = await startTestApi({ identity: { mailer: null, mailFrom, signUp: 'open', social: { google: client } } });
  });
  afterAll(() => open.stop());

  test('people sign up without an invitation', async () => {
    const person = openBrowser(open);
    await person.call('POST', '/api/auth/sign-up/email', { ...WHO, email: 'new@example.com' });
    const token = tokenIn(await waitForMail(open, 'new@example.com', /Confirm/));
    await person.call('GET', `/api/auth/verify-email?token=${encodeURIComponent(token)}`);
    expect((await person.call('GET', '/api/v1/me')).body).toMatchObject({ kind: 'person', user: { name: 'Ada' } });
    expect((await person.call('POST', '/api/v1/organizations', { name: 'Mine' })).status).toBe(201);
    expect((await person.call('GET', '/api/v1/me')).body).toMatchObject({ kind: 'member', role: 'owner' });
  });

  test('the service is offered, and begins at its own address with PKCE', async () => {
    expect((await open.send('GET', '/api/auth/options')).body).toEqual({ signUp: 'open', providers: ['google'] });
    const { body } = await openBrowser(open).call('POST', '/api/auth/sign-in/social', { provider: 'google' });
    const url = new URL(body.url);
    expect(url.host).toBe('accounts.google.com');
    expect(url.searchParams.get('redirect_uri')).toBe(`${open.url}/api/auth/callback/google`);
    expect(url.searchParams.get('code_challenge_method')).toBe('S256');
    const away = await openBrowser(open).call('POST', '/api/auth/sign-in/social', {
      provider: 'google',
      callbackURL: 'https://evil.example/',
    });
    expect(away.status).toBe(403);
  });
});

test('the page behind the link is there, with its script', async () => {
  expect((await api.send('GET', '/join')).body).toContain('<script src="/join/start.js">');
  expect((await api.send('GET', '/join/start.js')).headers['content-type']).toBe('text/javascript; charset=utf-8');
});

/** RFC 6238, for the present half minute. */
function totp(secret: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret.replace(/=+$/, '')]
    .map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const hash = createHmac('sha1', key).update(counter).digest();
  const at = (hash.at(-1) ?? 0) & 0xf;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}
