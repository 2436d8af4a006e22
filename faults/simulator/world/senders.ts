/**
 * Those who send events: each subject's one after the other, some of them twice at once, and again under the same key
 * where no answer came. And whoever answers the runs that wait for a signal.
 */
import type { Accepted, Intake } from '../../../app/runtime/public.ts';
import type { AcceptedEvent } from '../invariants/invariant.ts';
import { concerns } from '../invariants/waits.ts';
import { ORGANIZATION, type Site } from '../site.ts';
import type { Fleet } from './fleet.ts';

export type Senders = {
  /** True once every post has its answer, or was given up because it had no key. */
  readonly areDone: () => boolean;
};

type Post = {
  readonly number: number;
  readonly type: string;
  readonly key: string | null;
  readonly subject: string | null;
  readonly data: Intake['data'];
};

const ANSWER_TIMEOUT_MS = 6_000;

export function startSenders(site: Site, fleet: Fleet, onAccepted: (accepted: AcceptedEvent) => void): Senders {
  const { scheduler, weather, trace } = site;
  const random = site.random.fork('senders');
  let posts = 0;
  let open = 0;
  const newPost = (type: string, subject: string | null, more: object = {}): Post => {
    posts += 1;
    const key = random.chance(0.8) ? `key-${posts}` : null;
    return { number: posts, type, key, subject, data: { n: posts, ...more } };
  };
  const wait = (ms: number) => new Promise<void>((resolve) => void scheduler.after(ms, resolve));
  const isLost = () => {
    const lost = site.isStormy() && random.chance(weather.lostPostRate);
    if (lost) site.met('post lost');
    return lost;
  };

  /** One request; null where no answer came. */
  const request = ({ type, subject, data, key }: Post): Promise<Accepted | null> =>
    new Promise((resolve) => {
      scheduler.after(ANSWER_TIMEOUT_MS, () => resolve(null));
      const process = fleet.any();
      if (process === undefined || isLost()) return;
      const intake: Intake = {
        ...{ organizationId: ORGANIZATION, type, data, subjectId: subject, key },
        ...{ time: null, target: null, depth: 0 },
      };
      const answer = (accepted: Accepted | null) => {
        if (!isLost()) scheduler.after(random.between(0.1, 20), () => resolve(accepted));
      };
      const take = () =>
        void process.accept(intake).then(
          (given) => answer(given.kind === 'accepted' ? given : null),
          () => answer(null),
        );
      scheduler.after(random.between(0.1, 20), () => process.machine.main.deliver(take));
    });

  const send = async (post: Post): Promise<void> => {
    open += 1;
    if (post.key !== null && random.chance(weather.doubledPostRate)) void sendTwin(post);
    for (let answer: Accepted | null = null; answer === null; ) {
      trace(() => `post ${post.number} ${post.type} ${JSON.stringify(post.data)}`);
      answer = await request(post);
      if (answer !== null) onAccepted({ ...post, ...answer });
      else if (post.key === null) break;
      else await wait(random.between(50, 1_000));
    }
    open -= 1;
  };
  /** Whether it is answered before or after the other says nothing about the order of posts. */
  const sendTwin = async (post: Post) => {
    site.met('post doubled');
    await wait(random.between(0, 300));
    const answer = await request(post);
    if (answer !== null) onAccepted({ ...post, ...answer, subject: null });
  };

  const converse = async (subject: string, times: number) => {
    open += 1;
    for (let time = 0; time < times; time += 1) {
      await wait(random.between(0, 1_500));
      await send(newPost(random.pick(site.workflows).event, subject));
    }
    open -= 1;
  };
  const subjects = 1 + random.below(3);
  for (let subject = 1; subject <= subjects; subject += 1) void converse(`client-${subject}`, 1 + random.below(5));

  /** Whoever waits hears something, sooner or later; but never twice on purpose, so that a lost one is missed. */
  const answering = new Set<string>();
  const answerWaits = async () => {
    const { server, tables } = site;
    const events = server.committed(tables.events);
    for (const waiting of server.committed(tables.waits)) {
      if (!waiting.event.startsWith('signal') || answering.has(waiting.run_id)) continue;
      if (events.some((event) => concerns(waiting, event)) || !random.chance(0.5)) continue;
      answering.add(waiting.run_id);
      const signal = newPost('signal.came', null, { run: waiting.run_id });
      void send({ ...signal, key: `key-${signal.number}` }).then(() => answering.delete(waiting.run_id));
    }
    const early = server.committed(tables.runs);
    if (site.isStormy() && early.length > 0 && random.chance(0.1)) {
      void send(newPost('signal.came', null, { run: random.pick(early).id }));
    }
    scheduler.after(random.between(200, 1_200), () => void answerWaits());
  };
  scheduler.after(random.between(0, 1_000), () => void answerWaits());
  return { areDone: () => open === 0 };
}
