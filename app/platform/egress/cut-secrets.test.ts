import { describe, expect, it } from 'vitest';
import { cutSecrets, holdsSecret } from './cut-secrets.ts';

const SECRET = 'sk-"§/+ canary\\42';
const bytes = Buffer.from(SECRET);

const FORMS: readonly (readonly [string, string])[] = [
  ['as it is', SECRET],
  ['in JSON', JSON.stringify({ a: SECRET })],
  ['in JSON of PHP', JSON.stringify(SECRET).replaceAll('/', '\\/')],
  ['in JSON of ASCII', JSON.stringify(SECRET).replaceAll('§', '\\u00a7')],
  ['in HTML', '<b>sk-&quot;§/+ canary\\42</b>'],
  ['in a URL', `/x?key=${encodeURIComponent(SECRET)}`],
  ['in a URL in lower case', `/x?key=${encodeURIComponent(SECRET).replaceAll(/%../g, (code) => code.toLowerCase())}`],
  ['in a form', new URLSearchParams({ key: SECRET }).toString()],
  ['in hex', bytes.toString('hex')],
  ['in HEX', bytes.toString('hex').toUpperCase()],
  ['in base64', bytes.toString('base64')],
  ['in base64url', bytes.toString('base64url')],
  ['within base64, one byte on', Buffer.from(`x${SECRET}yz`).toString('base64')],
  ['within base64, two bytes on', Buffer.from(`xx${SECRET}y`).toString('base64url')],
  ['within base64, three bytes on', Buffer.from(`xxx${SECRET}`).toString('base64')],
];

const answer = (text: string) => ({ status: 200, headers: { 'x-echo': text }, body: Buffer.from(text), url: text });

describe('cutSecrets', () => {
  it.each(FORMS)('cuts a secret %s', (_, text) => {
    const cut = cutSecrets(answer(`before ${text} after`), ['unrelated', SECRET]);
    for (const part of [cut.headers['x-echo'], cut.body.toString(), cut.url]) {
      expect(part).toContain('[cut out]');
      expect(part).toMatch(/^before .* after$/s);
      expect(holdsSecret(part ?? '', [SECRET])).toBe(false);
      expect(part).not.toContain('canary');
    }
  });

  it('cuts each of several', () => {
    const { body } = cutSecrets(answer('a secret-one b secret-one-two c'), ['secret-one', 'secret-one-two']);
    expect(body.toString()).toBe('a [cut out] b [cut out] c');
  });

  it('leaves bytes that are no text as they are', () => {
    const binary = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    expect(cutSecrets({ ...answer(''), body: binary }, [SECRET]).body).toEqual(binary);
  });

  it('does not look for what is too short to be found by other than chance', () => {
    expect(cutSecrets(answer('12345 apples'), ['12345', '']).body.toString()).toBe('12345 apples');
  });
});
