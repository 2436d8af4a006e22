import { describe, expect, it } from 'vitest';
import { type Hop, nextHop } from './redirect.ts';

const hop: Hop = {
  url: 'https://a.example/x/y?z=1',
  method: 'POST',
  headers: {
    authorization: 'Bearer s',
    cookie: 'c',
    'x-api-key': 'k',
    accept: '*/*',
    'content-type': 'text/plain',
    'idempotency-key': 'i',
  },
  body: 'hello',
};

describe('nextHop', () => {
  it.each([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [307, 'POST', 'POST'],
    [308, 'POST', 'POST'],
    [301, 'PUT', 'PUT'],
    [303, 'PUT', 'GET'],
    [303, 'HEAD', 'HEAD'],
    [302, 'DELETE', 'DELETE'],
  ])('%i turns %s into %s', (status, method, expected) => {
    const next = nextHop({ ...hop, method }, status, '/next');
    expect(next?.method).toBe(expected);
    const keepsBody = expected === method && method !== 'HEAD';
    if (keepsBody) expect(next?.body).toBe('hello');
    if (expected === 'GET') expect([next?.body, next?.headers['content-type']]).toEqual([undefined, undefined]);
  });

  it.each([
    ['/next', 'https://a.example/next'],
    ['next', 'https://a.example/x/next'],
    ['?q', 'https://a.example/x/y?q'],
    ['//b.example/', 'https://b.example/'],
    ['https://b.example/n', 'https://b.example/n'],
  ])('resolves %s', (location, expected) => {
    expect(nextHop(hop, 307, location)?.url).toBe(expected);
  });

  it('keeps every header on the same origin, and nothing that may be a secret elsewhere', () => {
    expect(nextHop(hop, 307, '/next')?.headers).toEqual(hop.headers);
    const kept = { accept: '*/*', 'content-type': 'text/plain', 'idempotency-key': 'i' };
    expect(nextHop(hop, 307, 'https://b.example/')?.headers).toEqual(kept);
    expect(nextHop(hop, 307, 'https://a.example:8443/')?.headers).toEqual(kept);
  });

  it.each([200, 204, 300, 304, 305, 400])('sees no redirect in %i', (status) => {
    expect(nextHop(hop, status, '/next')).toBeUndefined();
  });

  it('sees no redirect without a location', () => {
    expect(nextHop(hop, 302, undefined)).toBeUndefined();
  });

  it('refuses to leave https, and a location that is no URL', () => {
    expect(() => nextHop(hop, 302, 'http://a.example/')).toThrow(/from https to http/);
    expect(() => nextHop(hop, 302, 'https://[')).toThrow(/not valid/);
  });
});
