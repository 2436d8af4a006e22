import { invalidMail } from './mail-error.ts';

export type MailAddress = { readonly name: string; readonly address: string };

const MAX_CHARS = 500;
/** Limits of RFC 5321, in octets. */
const MAX_LOCAL = 64;
const MAX_ADDRESS = 254;

// Letters of any script in both parts; quoted local parts and address literals are not taken: nobody has them, and
// much mischief hides in them.
const ADDRESS = /^([\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~.-]+)@([\p{L}\p{M}\p{N}.-]+)$/u;
const NAMED = /^(?:"((?:[^"\\]|\\.)*)"|([^"<>@,;:]*))\s*<([^<>]*)>$/;

/**
 * Reads exactly one address: `jane@example.com` or `Jane Doe <jane@example.com>`. A text that holds several is
 * refused, so that data in a template cannot add recipients. `field` names the place in messages.
 */
export function parseMailAddress(text: string, field: string): MailAddress {
  const trimmed = text.trim();
  if (trimmed.length > MAX_CHARS) throw invalidMail(`${field} is longer than ${MAX_CHARS} characters.`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  if (/[\u0000-\u001f\u007f\u2028\u2029]/.test(trimmed) || !trimmed.isWellFormed()) {
    throw invalidMail(`${field} holds a line break or another control character.`);
  }
  const named = NAMED.exec(trimmed);
  const address = (named?.[3] ?? trimmed).trim();
  const name = (named?.[1]?.replaceAll(/\\(.)/g, '$1') ?? named?.[2] ?? '').trim();
  if (!isAddress(address)) {
    throw invalidMail(
      `${field} is ${JSON.stringify(trimmed.slice(0, 100))}, which is not one mail address; ` +
        'it must look like jane@example.com or Jane Doe <jane@example.com>, and several go into a list.',
    );
  }
  return { name, address };
}

function isAddress(text: string): boolean {
  const [, local = '', domain = ''] = ADDRESS.exec(text) ?? [];
  if (local === '' || Buffer.byteLength(local) > MAX_LOCAL || Buffer.byteLength(text) > MAX_ADDRESS) return false;
  if (local.startsWith('.') || local.endsWith('.') || local.includes('..')) return false;
  return domain.split('.').every((label) => label !== '' && !label.startsWith('-') && !label.endsWith('-'));
}
