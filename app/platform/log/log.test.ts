import { describe, expect, it } from 'vitest';
import { createLog } from './log.ts';
import { isSecretName } from './redact.ts';

function capture() {
  const lines: string[] = [];
  const log = createLog({ level: 'debug', destination: { write: (line) => lines.push(line) } });
  return { log, last: () => JSON.parse(lines.at(-1) ?? ''), text: () => lines.join('') };
}

describe('createLog', () => {
  it('writes one line with level, time and message', () => {
    const { log, last } = capture();
    log.info({ runId: 'r1' }, 'claimed');
    expect(last()).toMatchObject({ level: 'info', runId: 'r1', msg: 'claimed', time: expect.stringMatching(/Z$/) });
  });

  it.each([
    ['a header', { headers: { authorization: 'Bearer canary-1' } }],
    ['a cookie', { req: { headers: { Cookie: 'canary-1' } } }],
    ['a password deep inside', { a: { b: { c: [{ newPassword: 'canary-1' }] } } }],
    ['an API key', { 'x-api-key': 'canary-1' }],
    ['a token', { refresh_token: 'canary-1' }],
    ['a secret in a URL', { url: 'smtp://me:canary-1@mail.example.com' }],
    ['a query', { url: '/hooks?token=canary-1&a=b' }],
    ['a text', { note: 'sent Bearer canary-1 to them' }],
    ['an error', new Error('could not reach postgres://me:canary-1@db/x')],
    ['an error with fields', Object.assign(new Error('x'), { config: { secret: 'canary-1' } })],
    ['a cause', { err: new Error('x', { cause: new Error('whsec_canary-1') }) }],
  ])('never writes %s', (_, line) => {
    const { log, text } = capture();
    log.info(line, 'hello');
    expect(text()).toContain('hello');
    expect(text()).not.toContain('canary-1');
  });

  it('takes secrets out of the message and out of bindings', () => {
    const { log, text } = capture();
    log.child({ token: 'canary-1' }).warn('got Bearer canary-2');
    expect(text()).not.toMatch(/canary/);
  });

  it('keeps what is no secret', () => {
    const { log, last } = capture();
    log.info({ idempotencyKey: 'o/r/s', stepKey: 'a#1', keys: 3, tokens_used_note: 'x' }, 'x');
    expect(last()).toMatchObject({ idempotencyKey: 'o/r/s', stepKey: 'a#1', keys: 3, tokens_used_note: 'x' });
  });

  it('survives circles and depth', () => {
    const { log, last } = capture();
    const ring: { self?: unknown } = {};
    ring.self = ring;
    log.info({ ring }, 'x');
    expect(last().ring).toEqual({ self: '[circular]' });
  });

  it('writes errors with type, message and stack', () => {
    const { log, last } = capture();
    log.error(new TypeError('broken'));
    expect(last()).toMatchObject({ err: { type: 'TypeError', message: 'broken', stack: expect.any(String) } });
  });
});

describe('isSecretName', () => {
  it.each([
    ['Authorization', true],
    ['set-cookie', true],
    ['client_secret', true],
    ['key', true],
    ['webhook-signature', true],
    ['idempotency-key', false],
    ['author', false],
    ['monkey', false],
  ])('%s: %s', (name, expected) => expect(isSecretName(name)).toBe(expected));
});
