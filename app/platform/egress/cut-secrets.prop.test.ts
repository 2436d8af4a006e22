import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutSecrets } from './cut-secrets.ts';

const secret = fc.oneof(
  fc.string({ minLength: 6, maxLength: 60, unit: 'grapheme-ascii' }),
  fc.string({ minLength: 6, maxLength: 60, unit: 'binary' }).filter((text) => text.isWellFormed()),
);
const around = fc.string({ maxLength: 40 });

/** Each gives a text that holds the whole secret, and what of it must be gone. */
const WRITERS: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  JSON: (text) => JSON.stringify(text).slice(1, -1),
  URL: encodeURIComponent,
  form: (text) => new URLSearchParams({ s: text }).toString().slice(2),
  hex: (text) => Buffer.from(text).toString('hex'),
};
const writer = fc.constantFrom(...Object.keys(WRITERS));
const write = (name: string, text: string) => WRITERS[name]?.(text) ?? '';

const cut = (text: string, ...secrets: string[]) =>
  cutSecrets({ status: 200, headers: {}, body: Buffer.from(text), url: '' }, secrets).body.toString();

describe('cutSecrets', () => {
  it('leaves no secret standing, written in one way or in two', () => {
    fc.assert(
      fc.property(secret, around, around, writer, writer, (text, before, behind, first, second) => {
        const written = write(second, write(first, text));
        expect(cut(`${before}${written}${behind}`, text)).not.toContain(written);
      }),
    );
  });

  it('leaves no secret standing within base64', () => {
    fc.assert(
      fc.property(secret, around, around, (text, before, behind) => {
        const decoded = Buffer.from(`${before}${text}${behind}`).toString('base64');
        const left = cut(decoded, text)
          .split('[cut out]')
          .map((part) => Buffer.from(part, 'base64').toString('latin1'));
        expect(left.join('|')).not.toContain(Buffer.from(text).toString('latin1'));
        expect(left.length).toBeGreaterThan(1);
      }),
    );
  });

  it('leaves what holds no secret as it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        const body = Buffer.from(bytes);
        const answer = { status: 200, headers: {}, body, url: '' };
        expect(cutSecrets(answer, ['a-secret-that-is-nowhere-else']).body).toEqual(body);
      }),
    );
  });
});
