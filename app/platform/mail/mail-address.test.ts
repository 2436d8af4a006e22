import { describe, expect, it } from 'vitest';
import { parseMailAddress } from './mail-address.ts';

describe('parseMailAddress', () => {
  it.each([
    ['jane@example.com', '', 'jane@example.com'],
    ['  jane.doe+tag@mail.example.co.uk ', '', 'jane.doe+tag@mail.example.co.uk'],
    ['Jane Doe <jane@example.com>', 'Jane Doe', 'jane@example.com'],
    ['"Doe, Jane \\"JD\\"" <jane@example.com>', 'Doe, Jane "JD"', 'jane@example.com'],
    ['<jane@example.com>', '', 'jane@example.com'],
    ['jürgen@bücher.example', '', 'jürgen@bücher.example'],
    ['root@localhost', '', 'root@localhost'],
    ["o'neil@example.com", '', "o'neil@example.com"],
  ])('reads %s', (text, name, address) => {
    expect(parseMailAddress(text, 'to')).toEqual({ name, address });
  });

  it.each([
    '',
    ' ',
    'jane',
    'jane@',
    '@example.com',
    'jane@example..com',
    'jane@-example.com',
    '.jane@example.com',
    'ja..ne@example.com',
    'jane doe@example.com',
    'jane@exam ple.com',
    'jane@example.com, eve@example.com',
    'jane@example.com; eve@example.com',
    'jane@example.com eve@example.com',
    'Friends: jane@example.com, eve@example.com;',
    'Jane <jane@example.com>, Eve <eve@example.com>',
    'Jane <jane@example.com> <eve@example.com>',
    'jane@example.com>',
    'eve@example.com, <jane@example.com>',
    'jane@[127.0.0.1]',
    '"jane doe"@example.com',
    'jane@example.com\r\nBcc: eve@example.com',
    'Jane\nBcc: eve@example.com <jane@example.com>',
    'jane@example.com\u0000',
    'jane\u2028@example.com',
    `${'x'.repeat(65)}@example.com`,
    `jane@${'x'.repeat(250)}.com`,
    `${'x'.repeat(600)} <jane@example.com>`,
  ])('refuses %j', (text) => {
    expect(() => parseMailAddress(text, 'to[1]')).toThrow(
      expect.objectContaining({ code: 'mail_invalid', kind: 'terminal', message: expect.stringContaining('to[1]') }),
    );
  });
});
