import { createHmac } from 'node:crypto';
import type { Verify } from '@mainspring/engine/definition/format.ts';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { type SignedRequest, verifyWebhook } from './verify-webhook.ts';

const NOW = Date.UTC(2026, 10, 21);
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const OTHER = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
const body = Buffer.from('{"a":1}');
const seconds = (offset = 0) => String(NOW / 1000 + offset);

function request(headers: SignedRequest['headers'], content: Uint8Array = body): SignedRequest {
  return { headers, body: content };
}

function kindOf(verify: Verify | undefined, given: SignedRequest, secrets: readonly string[] = [SECRET]) {
  return verifyWebhook(verify, secrets, given, NOW).kind;
}

function hmac(content: string | Uint8Array, algorithm = 'sha256', encoding: 'hex' | 'base64' = 'hex', secret = SECRET) {
  return createHmac(algorithm, secret).update(content).digest(encoding);
}

describe('hmac', () => {
  test.each<[string, Verify, SignedRequest['headers']]>([
    ['bare', 'hmac', { 'x-signature': hmac(body) }],
    ['upper-case hex', 'hmac', { 'x-signature': hmac(body).toUpperCase() }],
    [
      'as GitHub signs',
      { type: 'hmac', header: 'X-Hub-Signature-256', prefix: 'sha256=' },
      { 'x-hub-signature-256': `sha256=${hmac(body)}` },
    ],
    [
      'sha512 in base64',
      { type: 'hmac', algorithm: 'sha512', encoding: 'base64' },
      { 'x-signature': hmac(body, 'sha512', 'base64') },
    ],
    [
      'with a signed time',
      { type: 'hmac', tolerance: 'PT1M' },
      { 'x-signature': hmac(`${seconds(-59)}.${body}`), 'x-timestamp': seconds(-59) },
    ],
    [
      'with a signed time in milliseconds',
      { type: 'hmac', timestampHeader: 'X-At' },
      { 'x-signature': hmac(`${NOW}.${body}`), 'x-at': String(NOW) },
    ],
  ])('%s is genuine', (_, verify, headers) => {
    expect(kindOf(verify, request(headers))).toBe('genuine');
  });

  test.each<[string, Verify, SignedRequest['headers']]>([
    ['no header', 'hmac', {}],
    ['an empty header', 'hmac', { 'x-signature': '' }],
    ['a header given twice', 'hmac', { 'x-signature': [hmac(body), hmac(body)] }],
    ['the signature of another body', 'hmac', { 'x-signature': hmac('{"a":2}') }],
    ['the signature of another secret', 'hmac', { 'x-signature': hmac(body, 'sha256', 'hex', OTHER) }],
    ['half of the signature', 'hmac', { 'x-signature': hmac(body).slice(0, 32) }],
    ['another algorithm', 'hmac', { 'x-signature': hmac(body, 'sha1') }],
    ['text that is no hex', 'hmac', { 'x-signature': 'zz' }],
    ['a missing prefix', { type: 'hmac', prefix: 'sha256=' }, { 'x-signature': hmac(body) }],
    ['no time', { type: 'hmac', tolerance: 'PT1M' }, { 'x-signature': hmac(body) }],
    [
      'an old time',
      { type: 'hmac', tolerance: 'PT1M' },
      { 'x-signature': hmac(`${seconds(-61)}.${body}`), 'x-timestamp': seconds(-61) },
    ],
    [
      'a time to come',
      { type: 'hmac', tolerance: 'PT1M' },
      { 'x-signature': hmac(`${seconds(61)}.${body}`), 'x-timestamp': seconds(61) },
    ],
    [
      'a time that is not signed',
      { type: 'hmac', tolerance: 'PT1M' },
      { 'x-signature': hmac(body), 'x-timestamp': seconds() },
    ],
    [
      'a time that is no number',
      { type: 'hmac', tolerance: 'PT1M' },
      { 'x-signature': hmac(`NaN.${body}`), 'x-timestamp': 'NaN' },
    ],
  ])('%s is refused', (_, verify, headers) => {
    expect(kindOf(verify, request(headers))).toBe('refused');
  });

  test('counts raw bytes, also those that are no text', () => {
    const bytes = Buffer.from([0xff, 0xfe, 0x00]);
    const headers = { 'x-signature': hmac(bytes) };
    expect(kindOf('hmac', request(headers, bytes))).toBe('genuine');
    expect(kindOf('hmac', request(headers, Buffer.from([0xfd, 0xfe, 0x00])))).toBe('refused');
  });
});

describe('standard-webhooks', () => {
  const sign = (id: string, at: number, content = body, secret = SECRET) => ({
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, new Date(at), content),
  });

  test('accepts what the reference library signs', () => {
    expect(kindOf('standard-webhooks', request(sign('msg_1', NOW)))).toBe('genuine');
  });

  test('accepts one of several signatures', () => {
    const headers = sign('msg_1', NOW);
    headers['webhook-signature'] = `v1a,AAAA v1,AAAA ${headers['webhook-signature']}`;
    expect(kindOf('standard-webhooks', request(headers))).toBe('genuine');
  });

  test.each<[string, SignedRequest]>([
    ['no header', request({})],
    ['another id', request({ ...sign('msg_1', NOW), 'webhook-id': 'msg_2' })],
    ['another body', request(sign('msg_1', NOW), Buffer.from('{"a":2}'))],
    ['another secret', request(sign('msg_1', NOW, body, OTHER))],
    ['six minutes old', request(sign('msg_1', NOW - 360_000))],
    ['six minutes ahead', request(sign('msg_1', NOW + 360_000))],
    ['an unknown version', request({ ...sign('msg_1', NOW), 'webhook-signature': 'v2,AAAA' })],
    ['an empty signature', request({ ...sign('msg_1', NOW), 'webhook-signature': 'v1,' })],
  ])('%s is refused', (_, given) => {
    expect(kindOf('standard-webhooks', given)).toBe('refused');
  });

  test('a secret without a key signs for nobody', () => {
    const signature = createHmac('sha256', '').update(`msg_1.${seconds()}.${body}`).digest('base64');
    const given = { 'webhook-id': 'msg_1', 'webhook-timestamp': seconds(), 'webhook-signature': `v1,${signature}` };
    expect(kindOf('standard-webhooks', request(given), ['whsec_'])).toBe('refused');
    expect(kindOf('standard-webhooks', request(given), ['!!!!'])).toBe('refused');
  });

  test('keeps to the tolerance of the definition', () => {
    const given = request(sign('msg_1', NOW - 360_000));
    expect(kindOf({ type: 'standard-webhooks', tolerance: 'PT10M' }, given)).toBe('genuine');
  });
});

describe('basic and bearer', () => {
  const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });

  test.each<[string, Verify, SignedRequest['headers'], 'genuine' | 'refused']>([
    ['basic with the usual name', 'basic', basic(`mainspring:${SECRET}`), 'genuine'],
    ['basic with a name of its own', { type: 'basic', username: 'a:b' }, basic(`a:b:${SECRET}`), 'genuine'],
    ['basic with another name', 'basic', basic(`root:${SECRET}`), 'refused'],
    ['basic without a password', 'basic', basic('mainspring:'), 'refused'],
    ['basic that is no base64', 'basic', { authorization: 'Basic %%%' }, 'refused'],
    ['basic where bearer is due', 'bearer', basic(`mainspring:${SECRET}`), 'refused'],
    ['bearer', 'bearer', { authorization: `Bearer ${SECRET}` }, 'genuine'],
    ['bearer in lower case', 'bearer', { authorization: `bearer ${SECRET}` }, 'genuine'],
    ['bearer with a part of the secret', 'bearer', { authorization: `Bearer ${SECRET.slice(0, -1)}` }, 'refused'],
    ['bearer without a token', 'bearer', { authorization: 'Bearer ' }, 'refused'],
    ['nothing', 'bearer', {}, 'refused'],
  ])('%s', (_, verify, headers, kind) => {
    expect(kindOf(verify, request(headers))).toBe(kind);
  });
});

describe('any way', () => {
  const ways: readonly Verify[] = ['hmac', 'standard-webhooks', 'basic', 'bearer'];

  test.each(ways)('%s refuses all without a secret', (way) => {
    expect(kindOf(way, request({ 'x-signature': hmac(body), authorization: 'Bearer ' }), [])).toBe('refused');
  });

  test('an older secret still counts while both are given', () => {
    expect(kindOf('bearer', request({ authorization: `Bearer ${OTHER}` }), [SECRET, OTHER])).toBe('genuine');
  });

  test('none-with-secret-path asks for nothing', () => {
    expect(kindOf(undefined, request({}), [])).toBe('genuine');
    expect(kindOf('none-with-secret-path', request({}), [])).toBe('genuine');
  });
});
