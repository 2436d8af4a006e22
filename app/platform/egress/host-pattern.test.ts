import { describe, expect, it } from 'vitest';
import { coversHost, matchesHost, parseHostPattern } from './host-pattern.ts';
import { parseTarget } from './target.ts';

describe('parseHostPattern', () => {
  it.each([
    ['api.example.com', 'api.example.com'],
    ['API.Example.COM', 'api.example.com'],
    ['*.example.com', '*.example.com'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['api.example.com:443', 'api.example.com'],
    ['api.example.com:8443', 'api.example.com:8443'],
    ['localhost:3000', 'localhost:3000'],
    ['10.0.0.5:8080', '10.0.0.5:8080'],
    ['[::1]:9000', '[::1]:9000'],
  ])('reads %j as %j', (text, pattern) => {
    expect(parseHostPattern(text)).toBe(pattern);
  });

  it.each([
    '',
    '*',
    '*.',
    '*.com',
    'a.*.com',
    '*example.com',
    '**.example.com',
    'https://api.example.com',
    'api.example.com/',
    'api.example.com/path',
    'api.example.com?x',
    'user@api.example.com',
    'api.example.com.',
    'api.example.com:0',
    'api.example.com:65536',
    'api.example.com:',
    'a b.example.com',
    'api%2eexample.com',
    '0x7f.1',
    '2130706433',
    '127.1',
    '*.127.0.0.1',
    '*.[::1]',
    '[::1',
    '[0:0::1]',
    'a\\b.example',
    'a\u0000b.example',
    `${'a'.repeat(256)}.example`,
  ])('refuses %j', (text) => {
    expect(parseHostPattern(text)).toBeUndefined();
  });
});

describe('matchesHost', () => {
  const matches = (pattern: string, url: string) =>
    matchesHost(parseHostPattern(pattern) ?? '', parseTarget(url, new Set()).hostPort);

  it.each([
    ['api.example.com', 'https://api.example.com/x'],
    ['api.example.com', 'https://API.EXAMPLE.COM:443/x'],
    ['api.example.com:8443', 'https://api.example.com:8443/'],
    ['*.example.com', 'https://a.example.com/'],
    ['*.example.com', 'https://a.b.example.com/'],
    ['*.example.com:8443', 'https://a.example.com:8443/'],
    ['127.0.0.1:8080', 'http://0x7f.1:8080/'],
    ['crm.local:80', 'http://crm.local/'],
    ['[::1]:9000', 'http://[0:0:0:0:0:0:0:1]:9000/'],
    ['bücher.example', 'https://xn--bcher-kva.example/'],
  ])('%j means %s', (pattern, url) => {
    expect(matches(pattern, url)).toBe(true);
  });

  it.each([
    ['api.example.com', 'https://example.com/'],
    ['api.example.com', 'https://api.example.com:8443/'],
    ['api.example.com', 'http://api.example.com/'],
    ['api.example.com', 'https://api.example.com.evil.com/'],
    ['api.example.com', 'https://api.example.com./'],
    ['api.example.com', 'https://xapi.example.com/'],
    ['api.example.com:8443', 'https://api.example.com/'],
    ['*.example.com', 'https://example.com/'],
    ['*.example.com', 'https://notexample.com/'],
    ['*.example.com', 'https://a.example.com.evil.com/'],
    ['*.example.com', 'https://a.example.com:8443/'],
    ['*.example.com', 'https://evil.com/a.example.com'],
    ['*.example.com', 'https://evil.com#.example.com'],
    ['*.example.com', 'https://.example.com/'],
  ])('%j does not mean %s', (pattern, url) => {
    expect(matches(pattern, url)).toBe(false);
  });
});

describe('coversHost', () => {
  it.each([
    ['api.example.com', 'api.example.com', true],
    ['*.example.com', 'api.example.com', true],
    ['*.example.com', '*.eu.example.com', true],
    ['*.example.com', '*.example.com', true],
    ['*.example.com', 'example.com', false],
    ['*.example.com', 'notexample.com', false],
    ['*.example.com', 'api.example.com:8443', false],
    ['*.eu.example.com', '*.example.com', false],
    ['api.example.com', '*.example.com', false],
  ])('%j covers %j: %j', (pattern, other, expected) => {
    expect(coversHost(pattern, other)).toBe(expected);
  });
});
