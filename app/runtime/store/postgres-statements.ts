/** The statements of `sql/` over whatever runs them: a pool, a client in a transaction, a tenant's transaction. */
import { acceptEvents } from '../sql/accept-events.ts';
import { commitJournal } from '../sql/commit-journal.ts';
import { offerPastEvents } from '../sql/offer-past-events.ts';
import { sendToRuns } from '../sql/send-to-runs.ts';
import type { Statements } from './run-store.ts';

/** Runs one statement. `name` is the one under which PostgreSQL keeps its plan. */
export type Execute = <Row>(query: { name: string; text: string; values: unknown[] }) => Promise<readonly Row[]>;

/** Of a pool or a client; a Kysely transaction has its own way. */
type Queryable = {
  readonly query: (query: { name: string; text: string; values: unknown[] }) => Promise<{ rows: unknown[] }>;
};

export function executeOn(client: Queryable): Execute {
  return async <Row>(query: Parameters<Execute>[0]) => (await client.query(query)).rows as Row[];
}

export function postgresStatements(execute: Execute): Statements {
  return {
    commitJournal: (workerId, { runs, steps, waitsAdded, waitsDropped }) =>
      execute({
        name: 'commit-journal',
        text: commitJournal,
        values: [workerId, ...[runs, steps, waitsAdded, waitsDropped].map((rows) => JSON.stringify(rows))],
      }),
    offerPastEvents: async (waits) => {
      await execute({ name: 'offer-past-events', text: offerPastEvents, values: [JSON.stringify(waits)] });
    },
    acceptEvents: (events, runs) =>
      execute({
        name: 'accept-events',
        text: acceptEvents,
        values: [`[${events.join(',')}]`, JSON.stringify(runs.map((row, n) => ({ ...row, n })))],
      }),
    findChildren: async (organizationId, parentRunId, steps) => {
      const rows = await execute<{ id: string }>({
        name: 'find-children',
        text: 'select id from runs where org_id = $1 and parent_run_id = $2 and parent_step = any ($3)',
        values: [organizationId, parentRunId, steps],
      });
      return rows.map((row) => row.id);
    },
    sendToRuns: async (messages) => {
      await execute({ name: 'send-to-runs', text: sendToRuns, values: [JSON.stringify(messages)] });
    },
  };
}
