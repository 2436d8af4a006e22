/** A target with what is done to it, from the inside out: value, JSON, body bytes, headers, address, all bytes. */
import fc from 'fast-check';
import { byteChanges, changeBytes, framing, oddHeader, writeRequest } from './broken-http.ts';
import type { Header, Target } from './fuzz-targets.ts';
import { nearly } from './hostile-json.ts';

const PATH_WORDS = [
  ...['%00', '%ff', '%', '%E0%A4', '%ED%A0%80', '%F0%9F%98%80', '%0d%0aX: 1', '%2e%2e%2f', '..', '//'],
  ...['__proto__', 'constructor', 'x'.repeat(700), '*', "'", '?', '#', '{id}', ':id', '\u00e9', ' '],
];
const QUERIES = [
  ...['limit=1e9', 'limit=-1', 'limit[]=1', 'cursor=%00', 'cursor=%ED%A0%80', '__proto__=1', 'a=%', 'a=1'.repeat(900)],
  ...['&&&==', 'clientId=\u0000', 'status=__proto__', 'workflowId=%27', 'cursor=999999999999999'],
];
const METHODS = ['HEAD', 'PUT', 'OPTIONS', 'DELETE', 'PATCH', 'TRACE', 'CONNECT', 'get', 'PROPFIND', ''];

/** `fc.option` leaves one in `freq + 1` out; here one in `rarity` has it. */
const rarely = <Value>(rarity: number, arbitrary: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: rarity - 1, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });

const changesOf = ({ body }: Target) =>
  fc.record({
    text: bodyText(body),
    path: rarely(15, fc.record({ at: fc.nat(), word: fc.constantFrom(...PATH_WORDS) })),
    query: rarely(15, fc.constantFrom(...QUERIES)),
    method: rarely(30, fc.constantFrom(...METHODS)),
    headers: rarely(8, fc.array(oddHeader, { maxLength: 3 })),
    framing,
    inBody: rarely(10, byteChanges),
    inAll: rarely(15, byteChanges),
  });

type Changes = ReturnType<typeof changesOf> extends fc.Arbitrary<infer Value> ? Value : never;

function bodyText(body: unknown): fc.Arbitrary<string> {
  if (body === undefined) return fc.constantFrom('', '', '', '{}', 'x');
  return typeof body === 'string' ? fc.constant(body) : nearly(body);
}

/** The bytes of one request to one of the targets, which may be made only once there is a server. */
export function oddRequest(targets: () => readonly Target[]): fc.Arbitrary<Buffer> {
  return fc.nat().chain((choice) => {
    const all = targets();
    const target = all[choice % all.length] as Target;
    return changesOf(target).map((changes) => toBytes(target, changes));
  });
}

function toBytes(target: Target, changes: Changes): Buffer {
  const body = changeBytes(Buffer.from(changes.text, 'utf8'), changes.inBody ?? []);
  const headers: Header[] = [['Host', 'fuzz'], ...target.headers, ...target.sign(body), ...(changes.headers ?? [])];
  const head = { method: changes.method ?? target.method, target: oddAddress(target, changes), headers };
  return changeBytes(writeRequest(head, body, changes.framing), changes.inAll ?? []);
}

function oddAddress(target: Target, { path, query }: Changes): string {
  const [plain = '', search] = target.path.split('?');
  const segments = plain.split('/');
  if (path) segments[1 + (path.at % (segments.length - 1))] = path.word;
  const words = [search, query].filter((each) => typeof each === 'string');
  return `${segments.join('/')}${words.length > 0 ? `?${words.join('&')}` : ''}`;
}
