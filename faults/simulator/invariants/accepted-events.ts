import { changesIn } from '../database/server.ts';
import type { AcceptedEvent, CreateInvariant } from './invariant.ts';

/** Every accepted event is there, with exactly the runs that it was to start; a key has one event and one answer. */
export const acceptedEvents: CreateInvariant = ({ site, fail }) => {
  const { tables, server } = site;
  const posts = new Map<number, string>();
  const byKey = new Map<string, string>();
  const accepted: AcceptedEvent[] = [];
  const places = new Map<string, number>();
  const lastOf = new Map<string, number>();

  const isThere = (runId: string) =>
    server.find(tables.runs, runId) !== undefined || server.find(tables.history, runId) !== undefined;
  const listeners = (type: string) =>
    server.committed(tables.deployments).flatMap(({ workflow_id, active }) => {
      const listens = site.workflows.some(({ id, event }) => id === workflow_id && event === type);
      return active && listens ? [workflow_id] : [];
    });
  const checkAnswer = ({ key, eventId, runIds }: AcceptedEvent) => {
    if (server.find(tables.events, eventId) === undefined) fail(`${eventId} was accepted and is not there`);
    for (const runId of runIds) if (!isThere(runId)) fail(`${runId} was promised for ${eventId} and is not there`);
    const first = key === null ? eventId : (byKey.get(key) ?? eventId);
    if (key !== null) byKey.set(key, first);
    if (first !== eventId) fail(`the key ${key} was answered with ${first} and with ${eventId}`);
  };
  return {
    onCommit: (commit) => {
      const started = changesIn(commit, tables.runs).flatMap(({ before, after }) => (before || !after ? [] : [after]));
      for (const run of started) places.set(run.id, run.seq);
      for (const { key, after } of changesIn(commit, tables.events)) {
        if (after === undefined) continue;
        const runs = started.filter((run) => run.event_id === key).map((run) => run.workflow_id);
        const wanted = after.type === 'workflow.called' ? runs.slice(0, 1) : listeners(after.type);
        if (runs.toSorted().join() !== wanted.toSorted().join()) {
          fail(
            `${after.type} ${key} started ${runs.join() || 'nothing'}; it was to start ${wanted.join() || 'nothing'}`,
          );
        }
        const post = site.postOf(after.data);
        if (post === null) continue;
        const other = posts.get(post);
        if (other !== undefined) fail(`post ${post} was taken in as ${other} and as ${key}`);
        posts.set(post, key);
      }
    },
    onAccepted: (event) => {
      accepted.push(event);
      checkAnswer(event);
      // Posts about one subject are sent one after the other: each run stands behind those of the posts before.
      if (event.subject === null) return;
      for (const runId of event.runIds) {
        const place = places.get(runId) ?? 0;
        const before = lastOf.get(event.subject) ?? 0;
        if (place < before) fail(`${runId} stands before a run whose event was accepted earlier`);
      }
      const last = event.runIds.map((runId) => places.get(runId) ?? 0);
      lastOf.set(event.subject, Math.max(lastOf.get(event.subject) ?? 0, ...last));
    },
    atEnd: () => accepted.forEach(checkAnswer),
  };
};
