/** The runtime's store over the database in memory: what goes in and out is JSON, as on a wire. */
import type { Transaction } from '../../../app/platform/db/database.ts';
import type { RecordStatements, RunStore, Statements } from '../../../app/runtime/store/run-store.ts';
import { acceptEvents, offerPastEvents } from './accept-events.ts';
import { claim, claimLimited, giveBack, giveBackDropped, listHeld, rescue, rescueOrphans } from './claim.ts';
import { commitJournal } from './commit-journal.ts';
import type { Link, LinkTransaction } from './link.ts';
import { findChildren, readInbox, readInboxes, sendToRuns } from './messages.ts';
import type { Statement } from './server.ts';
import type { Tables } from './tables.ts';

type Run = <Result>(statement: Statement<Result>) => Promise<Result>;

/** What a simulated record action is given as its transaction. */
export type MemoryTransaction = LinkTransaction & { readonly tables: Tables };

export function createMemoryRunStore(link: Link, tables: Tables): RunStore {
  const alone: Run = (statement) => link.alone(statement);
  return {
    claim: async (workerId, room) => {
      const free = await alone(claim(tables, workerId, room));
      if (free.length >= room) return copy(free);
      return copy([...free, ...(await alone(claimLimited(tables, workerId, room - free.length)))]);
    },
    listHeld: (workerId) => alone(listHeld(tables, workerId)),
    giveBackDropped: (workerId, dropped) => alone(giveBackDropped(tables, workerId, dropped)),
    giveBack: (workerId) => alone(giveBack(tables, workerId)),
    rescue: () => alone(rescue(tables)),
    rescueOrphans: () => alone(rescueOrphans(tables)),
    readInbox: async (_, runId) => copy(await alone(readInbox(tables, runId))),
    readInboxes: async (runIds) => copy(await alone(readInboxes(tables, runIds))),
    findAccepted: (organizationId, keyHash) =>
      alone((view) => view.get(tables.eventKeys, `${organizationId}/${keyHash}`)),
    alone: statements(alone, tables),
    together: (work) => link.together((transaction) => work(statements(transaction.run, tables))),
    recording: (_, work) => link.retrying((transaction) => work(recordStatements(transaction, tables))),
  };
}

function statements(run: Run, tables: Tables): Statements {
  return {
    commitJournal: (workerId, rows) => run(commitJournal(tables, workerId, copy(rows))),
    offerPastEvents: (waits) => run(offerPastEvents(tables, copy(waits))),
    acceptEvents: (events, runs) => {
      const parsed = events.map((event) => JSON.parse(event));
      return run(acceptEvents(tables, parsed, copy(runs)));
    },
    findChildren: (_, parentRunId, steps) => run(findChildren(tables, parentRunId, steps)),
    sendToRuns: (messages) => run(sendToRuns(tables, copy(messages))),
  };
}

function recordStatements(transaction: LinkTransaction, tables: Tables): RecordStatements {
  return {
    ...statements(transaction.run, tables),
    lockClaims: (workerId, claims) =>
      transaction.run((view) => {
        const owned = claims.filter(({ id, token }) => {
          const row = view.get(tables.runs, id);
          return row?.worker_id === workerId && row.token === Number(token);
        });
        for (const { id } of owned) view.lock(tables.runs, id, 'update');
        return new Set(owned.map(({ id }) => id));
      }),
    attempt: async (work, undo) => {
      const restore = await transaction.save();
      const given: MemoryTransaction = { ...transaction, tables };
      // Only the simulated record actions look into it; to the runtime it is opaque.
      const answer = await work(given as unknown as Transaction);
      if (undo(answer)) await restore();
      return answer;
    },
  };
}

function copy<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}
