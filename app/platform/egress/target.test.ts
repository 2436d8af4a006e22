import { describe, expect, it } from 'vitest';
import { parseAllowedHosts, parseTarget } from './target.ts';

const none: ReadonlySet<string> = new Set();

describe('parseTarget', () => {
  it.each([
    ['https://example.com', 'example.com:443'],
    ['http://EXAMPLE.com/a?b#c', 'example.com:80'],
    ['http://example.com:8080/', 'example.com:8080'],
    ['http://2130706433/', '127.0.0.1:80'],
    ['http://0x7f.1/', '127.0.0.1:80'],
    ['http://0177.0.0.1:4000/', '127.0.0.1:4000'],
    ['http://１２７.0.0.1/', '127.0.0.1:80'],
    ['http://[::FFFF:127.0.0.1]/', '[::ffff:7f00:1]:80'],
    ['https://bücher.example/', 'xn--bcher-kva.example:443'],
  ])('reads %s as %s', (text, hostPort) => {
    expect(parseTarget(text, none).hostPort).toBe(hostPort);
  });

  it('leaves the fragment out', () => {
    expect(parseTarget('http://a.example/x?y=1#z', none).url.href).toBe('http://a.example/x?y=1');
  });

  it.each([
    'file:///etc/passwd',
    'ftp://example.com/',
    'gopher://example.com/',
    'data:text/plain,x',
    'http://user:pass@example.com/',
    'https://user@example.com/',
    'http://example.com:22/',
    'http://example.com:25/',
    'http://example.com:6379/',
    'http://example.com:0/',
  ])('refuses %s', (text) => {
    expect(() => parseTarget(text, none)).toThrow(
      expect.objectContaining({ code: 'egress_refused', retryable: false }),
    );
  });

  it.each([
    '',
    'example.com',
    '/path',
    'http://',
    'http://a b/',
    'http://[::1',
    `http://a.example/${'x'.repeat(9000)}`,
  ])('cannot read %s', (text) => {
    expect(() => parseTarget(text, none)).toThrow(expect.objectContaining({ code: 'egress_invalid_request' }));
  });

  it('knows the hosts that the operator allows, by host and port', () => {
    const allowed = parseAllowedHosts(['127.0.0.1:4000', 'LocalHost:25', '[::1]:80']);
    expect(parseTarget('http://127.0.0.1:4000/x', allowed).allowedPrivate).toBe(true);
    expect(parseTarget('http://127.0.0.1:4001/x', allowed).allowedPrivate).toBe(false);
    expect(parseTarget('http://localhost:25/', allowed).allowedPrivate).toBe(true);
    expect(parseTarget('http://[::1]/', allowed).allowedPrivate).toBe(true);
  });
});

describe('parseAllowedHosts', () => {
  it.each(['localhost', 'http://localhost:80', 'a:b', ':80', 'a:99999', '::1:80', 'a b:80'])('refuses %s', (entry) => {
    expect(() => parseAllowedHosts([entry])).toThrow(`"${entry}" is not host:port`);
  });
});
