/** Someone in front of a browser, for tests: keeps cookies, and says where its pages come from. */
import type { Answer, Method, Sent, TestApi } from './start-test-api.ts';

export type Person = {
  readonly call: (method: Method, url: string, body?: unknown, headers?: Sent['headers']) => Promise<Answer>;
  readonly cookies: () => string;
  /** Another browser with the same cookies. */
  readonly setCookies: (cookies: string) => void;
};

export function openBrowser(api: Pick<TestApi, 'send' | 'url'>): Person {
  const jar = new Map<string, string>();
  const cookies = () => [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  return {
    cookies,
    setCookies: (text) => {
      jar.clear();
      for (const pair of text.split('; ')) keep(jar, pair);
    },
    async call(method, url, body, headers = {}) {
      const sent = { origin: api.url, ...(jar.size > 0 && { cookie: cookies() }), ...headers };
      const answer = await api.send(method, url, { headers: sent, ...(body !== undefined && { body }) });
      for (const line of [answer.headers['set-cookie'] ?? []].flat()) keep(jar, String(line));
      return answer;
    },
  };
}

function keep(jar: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split('; ');
  const [name = ''] = pair.split('=', 1);
  const value = pair.slice(name.length + 1);
  if (value === '' || attributes.some((each) => each.toLowerCase() === 'max-age=0')) jar.delete(name);
  else jar.set(name, value);
}

const LOOKS = 200;
const PAUSE_MS = 10;

/** The newest mail about an account in the outbox, once it is there: mails are not waited for. */
export async function waitForMail(api: Pick<TestApi, 'db'>, to: string, subject: RegExp): Promise<string> {
  for (let look = 0; look < LOOKS; look++) {
    const { rows } = await api.db.engine.query<{ subject: string; body_text: string }>(
      'select subject, body_text from messages where private and $1 = any(to_addresses) order by id desc',
      [to],
    );
    const found = rows.find((row) => subject.test(row.subject));
    if (found) return found.body_text;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new Error(`No mail to ${to} about ${subject} came.`);
}

export function tokenIn(mail: string): string {
  return decodeURIComponent(/token=([^\s&]+)/.exec(mail)?.[1] ?? '');
}
