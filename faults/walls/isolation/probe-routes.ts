/** Asks every route for what is another organization's, in every place where a caller may put a word. */
import { setTimeout as delay } from 'node:timers/promises';
import { newId } from '../../../app/platform/ids/id.ts';
import type { Answer, Caller, TestApi } from '../../../app/server/testing/start-test-api.ts';
import { type DescribedRoute, describeRoutes } from '../routes/describe-routes.ts';
import { pathsToTexts, sampleValue, withText } from '../routes/sample-value.ts';
import { ownId, type Things } from './fill-organization.ts';
import { listIds, type Snapshot, takeSnapshot } from './snapshot.ts';

export type Probing = {
  readonly api: TestApi;
  /** Whose key is used. */
  readonly caller: Caller;
  /** Whose ids stand where none is tried. */
  readonly own: Things;
  /** Whose things must neither show nor change. */
  readonly victim: Things;
  /** Left out, each for a reason that stands where they are named. */
  readonly except?: readonly string[];
  readonly exceptHeaders?: readonly string[];
  /** Default true: a foreign thing is refused in the words of one that does not exist. Not where the server is set wrong. */
  readonly compares?: boolean;
  /** Default every route. */
  readonly only?: (route: DescribedRoute) => boolean;
};

type Probe = {
  readonly route: DescribedRoute;
  readonly place: string;
  /** False where an earlier use by the caller itself changes the answer. */
  readonly isCompared: boolean;
  readonly ask: (word: string) => Promise<Answer>;
};

export type Report = { readonly asked: number; readonly found: readonly string[] };

/** What went through the wall, a line for each; `asked` tells how many requests that rests on. */
export async function probeRoutes(probing: Probing): Promise<Report> {
  const { api, victim, except = [], compares = true, only = () => true } = probing;
  const words = await foreignWords(probing);
  const secrets = [victim.canary, ...words];
  const found: string[] = [];
  let asked = 0;
  let before = await takeSnapshot(api.db.engine, victim.caller.organizationId);
  const routes = describeRoutes(api.server)
    .filter(({ name, isOpen }) => !isOpen && !except.includes(name))
    .filter(only);
  for (const route of routes.toSorted((a, b) => turnOf(a) - turnOf(b))) {
    for (const probe of probesOf(route, probing)) {
      const usual = compares && probe.isCompared ? await unknownAnswer(probe) : undefined;
      for (const word of words) {
        const answer = await probe.ask(word);
        found.push(...(usual ? compare(probe, word, answer, usual) : []), ...findLeaks(probe, word, answer, secrets));
        asked += 1;
      }
    }
    const after = await takeSnapshot(api.db.engine, victim.caller.organizationId);
    found.push(...findChanges(before, after).map((table) => `${route.name} changed ${table}`));
    before = after;
  }
  return { asked, found };
}

/** Reading comes first, before the caller has written foreign words into things of their own; removing last. */
function turnOf({ method }: DescribedRoute): number {
  if (method === 'GET') return 0;
  return method === 'DELETE' ? 2 : 1;
}

/** Every id of the victim, and every other word by which something of it could be named. */
async function foreignWords({ api, victim, caller }: Probing): Promise<readonly string[]> {
  const mine = new Set(await listIds(api.db.engine, caller.organizationId));
  const ids = await listIds(api.db.engine, victim.caller.organizationId);
  const token = victim.hookPath.split('/').at(-1) ?? '';
  const others = [victim.caller.organizationId, victim.clientId, victim.idempotencyKey, token];
  return [...ids, ...others].filter((word) => !mine.has(word) || victim.caller === caller);
}

function probesOf(route: DescribedRoute, probing: Probing): readonly Probe[] {
  const body = route.body && sampleValue(route.body);
  const id = ownId(probing.own, route.path) ?? newId();
  const base = { path: route.path, id, query: '', body, headers: {} };
  const send = (change: Partial<Request>) => sendTo(probing, route, { ...base, ...change });
  const inPath = route.inPath.map((name) => ({
    route,
    place: `{${name}}`,
    isCompared: true,
    ask: (word: string) => send({ path: route.path.replace(`{${name}}`, encodeURIComponent(word)) }),
  }));
  const inQuery = Object.keys(route.inQuery).map((name) => ({
    route,
    place: `?${name}=`,
    isCompared: true,
    ask: (word: string) => send({ query: `?${name}=${encodeURIComponent(word)}` }),
  }));
  const inBody = pathsToTexts(body).map((path) => ({
    route,
    place: `/${path.join('/')}`,
    isCompared: true,
    ask: (word: string) => send({ body: withText(body, path, word) }),
  }));
  const headers = HEADERS.filter((name) => !probing.exceptHeaders?.includes(name));
  const inHeaders = headers.map((name) => ({
    route,
    place: `${name}:`,
    isCompared: false,
    ask: (word: string) => send({ headers: { [name]: word } }),
  }));
  return [...inPath, ...inQuery, ...inBody, ...inHeaders];
}

/** Those in which a caller names something. */
const HEADERS = ['idempotency-key', 'last-event-id', 'if-match'];

type Request = { path: string; id: string; query: string; body: unknown; headers: Record<string, string> };

function sendTo({ api, caller }: Probing, { method }: DescribedRoute, request: Request): Promise<Answer> {
  const { path, id, query, body, headers } = request;
  const url = path.replace('{id}', id).replace('{version}', '1').replace('{triggerId}', 'hook');
  const answer = api.send(method, `${url}${query}`, {
    headers: { authorization: `Bearer ${caller.apiKey}`, ...headers },
    ...(method !== 'GET' && { body }),
  });
  return path.endsWith('/events') && method === 'GET' ? endedSoon(answer) : answer;
}

/** The caller's own stream is of a run that has ended; one that goes on is of somebody else's. */
function endedSoon(answer: Promise<Answer>): Promise<Answer> {
  const endless = delay(STREAM_ENDS_MS, { status: 200, body: 'a stream that goes on', headers: {} }, { ref: false });
  return Promise.race([answer, endless]);
}

const STREAM_ENDS_MS = 3_000;

/** Asked twice, since the first may still find something to do. */
async function unknownAnswer(probe: Probe): Promise<Usual> {
  const answers: Usual[] = [];
  for (const word of [newId(), newId()]) {
    const answer = await probe.ask(word);
    answers.push({ status: answer.status, text: textOf(answer, word) });
  }
  return answers[1] as Usual;
}

type Usual = { readonly status: number; readonly text: string };

/** Where no such thing is refused, a foreign one is refused in the very same words. */
function compare({ route, place }: Probe, word: string, answer: Answer, usual: Usual): readonly string[] {
  const isId = /^[0-9a-f-]{36}$/.test(word);
  if (!isId || (answer.status < 400 && usual.status < 400)) return [];
  if (answer.status === usual.status && textOf(answer, word) === usual.text) return [];
  return [
    `${route.name} ${place} ${word}: ${answer.status} ${textOf(answer, word)}, not ${usual.status} ${usual.text}`,
  ];
}

function textOf({ body }: Answer, word: string): string {
  return JSON.stringify(body).replaceAll(word, 'word');
}

/** The word itself may come back: the caller said it. */
function findLeaks(
  { route, place }: Probe,
  word: string,
  answer: Answer,
  secrets: readonly string[],
): readonly string[] {
  const text = JSON.stringify([answer.body, answer.headers]).replaceAll(word, '');
  const leaked = secrets.filter((secret) => text.includes(secret));
  return leaked.map((secret) => `${route.name} ${place} ${word}: shows ${secret}`);
}

export function findChanges(before: Snapshot, after: Snapshot): readonly string[] {
  return Object.keys(after).filter((table) => before[table] !== after[table]);
}
