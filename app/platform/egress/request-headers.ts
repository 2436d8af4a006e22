import { invalidRequest } from './egress-error.ts';

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const MAX_HEADERS = 100;
const MAX_VALUE_CHARS = 16_384;

/** Set by the connection itself; a caller's own would allow requests to be split, or hosts to be faked. */
const RESERVED: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The headers of a request, names in lower case, with what every request carries. Throws where one cannot be sent. */
export function requestHeaders(
  given: Readonly<Record<string, string>>,
  idempotencyKey: string | undefined,
): Readonly<Record<string, string>> {
  if (Object.keys(given).length > MAX_HEADERS)
    throw invalidRequest(`The request has more than ${MAX_HEADERS} headers.`);
  const headers = new Map<string, string>([
    ['user-agent', 'Mainspring'],
    ['accept', '*/*'],
    ['accept-encoding', 'gzip, deflate, br'],
  ]);
  if (idempotencyKey !== undefined) headers.set('idempotency-key', checkValue('idempotency-key', idempotencyKey));
  for (const [name, value] of Object.entries(checkHeaders(given))) headers.set(name, value);
  return Object.fromEntries(headers);
}

/** Names in lower case. Throws an EgressError where one cannot be sent, which tells its name and never its value. */
export function checkHeaders(given: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [checkName(name), checkValue(name, value)]));
}

function checkName(name: string): string {
  if (!TOKEN.test(name)) throw invalidRequest(`The header name ${quote(name)} holds characters that no name may have.`);
  const lower = name.toLowerCase();
  if (RESERVED.has(lower)) throw invalidRequest(`The header ${name} is set by the connection; leave it out.`);
  return lower;
}

function checkValue(name: string, value: string): string {
  if (value.length > MAX_VALUE_CHARS) {
    throw invalidRequest(`The header ${name} is longer than ${MAX_VALUE_CHARS} characters.`);
  }
  // The value may be a secret, so it is not shown.
  if (!VALUE.test(value)) {
    throw invalidRequest(`The value of the header ${name} holds a line break or a character outside Latin-1.`);
  }
  return value;
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 50));
}
