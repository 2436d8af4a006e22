/** Faults that the product must not have, each put around its parts from outside: the simulator must find every one. */
import type { JournalRows, RunStore, Statements } from '../../app/runtime/store/run-store.ts';
import type { Machine } from './machine.ts';
import type { PlantedFault, Site } from './site.ts';

/** Writes in the name of whoever holds the run now: no token guards it. */
const noFencing: PlantedFault = {
  name: 'no fencing',
  weather: {
    freezeEveryMs: 2_000,
    crashAtCallRate: 0.3,
    crashEveryMs: null,
    commandEveryMs: null,
    serviceFaultRate: 0,
  },
  store: (store, { server, tables }) => {
    const unfenced = (statements: Statements): Statements => ({
      ...statements,
      commitJournal: (workerId, rows) => {
        const holders = rows.runs.map((row) => server.find(tables.runs, row.id));
        const runs = rows.runs.map((row, index) => ({ ...row, token: holders[index]?.token ?? row.token }));
        return statements.commitJournal(holders[0]?.worker_id ?? workerId, { ...rows, runs });
      },
    });
    return {
      ...store,
      alone: unfenced(store.alone),
      together: (work) => store.together((statements) => work(unfenced(statements))),
    };
  },
};

/** Says that it is written while the write is still on its way. */
const effectBeforeCommit: PlantedFault = {
  name: 'effect before commit',
  store: (store) => ({
    ...store,
    alone: {
      ...store.alone,
      commitJournal: async (workerId, rows) => {
        store.alone.commitJournal(workerId, rows).catch(() => {});
        return rows.runs.map(({ id, token, wake }) => ({ id, token: Number(token) + 1, wake, now_ms: 0 }));
      },
    },
  }),
};

/** The lease counts as renewed, and nobody has told the database. */
const renewalForgotten: PlantedFault = {
  name: 'renewal forgotten',
  weather: { clockJumpEveryMs: null },
  renew: async () => true,
};

/** Each attempt calls the service under a key of its own. */
const retryWithNewKey: PlantedFault = {
  name: 'retry with a new key',
  performer: (performer) => ({
    ...performer,
    performExternal: (held, effect, lost) => {
      const idempotencyKey =
        effect.attempt === 1 ? effect.idempotencyKey : `${effect.idempotencyKey}/${effect.attempt}`;
      return performer.performExternal(held, { ...effect, idempotencyKey }, lost);
    },
  }),
};

/** Counts the messages of a run as read and loses the last of them. */
const inboxReadDropped: PlantedFault = {
  name: 'inbox read dropped',
  store: (store) => ({
    ...store,
    readInboxes: async (runIds) => (await store.readInboxes(runIds)).map(forgetful),
  }),
};

function forgetful<Row extends { readonly message: { readonly kind: string } }>(row: Row): Row {
  return { ...row, message: { kind: 'time-passed' } };
}

/** A write whose answer was lost is sent once more, with whatever token makes it pass. */
const blindRepeat: PlantedFault = {
  name: 'blind repeat',
  weather: { lostCommitAnswerRate: 0.5, commandEveryMs: null },
  store: (store, { server, tables }: Site, machine: Machine) => {
    const asIfNew = (workerId: string, rows: JournalRows): JournalRows => ({
      ...rows,
      runs: rows.runs.map((row) => {
        const now = server.find(tables.runs, row.id);
        return now?.worker_id === workerId ? { ...row, token: now.token } : row;
      }),
    });
    const repeating = (statements: Statements): Statements => ({
      ...statements,
      commitJournal: (workerId, rows) => statements.commitJournal(workerId, asIfNew(workerId, rows)),
    });
    return machine.isAlive() ? { ...store, together: (work) => store.together((all) => work(repeating(all))) } : store;
  },
};

/** Takes the answer of an accepted event back: it was said before the commit. */
const acceptedBeforeCommit: PlantedFault = {
  name: 'accepted before commit',
  store: (store): RunStore => ({
    ...store,
    alone: {
      ...store.alone,
      acceptEvents: async (events, runs) => {
        store.alone.acceptEvents(events, runs).catch(() => {});
        return events.map((event) => ({ id: (JSON.parse(event) as { id: string }).id, outcome: 'accepted' as const }));
      },
    },
  }),
};

export const plantedFaults: readonly PlantedFault[] = [
  noFencing,
  effectBeforeCommit,
  renewalForgotten,
  retryWithNewKey,
  inboxReadDropped,
  blindRepeat,
  acceptedBeforeCommit,
];
