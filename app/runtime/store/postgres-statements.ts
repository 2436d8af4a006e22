/** The statements of `sql/` over whatever runs them: a pool, a client in a transaction, a tenant's transaction. */
import { acceptEvents } from '../sql/accept-events.ts';
import { commitJournal } from '../sql/commit-journal.ts';
import { offerPastEvents } from '../sql/offer-past-events.ts';
import { sendToRuns } from '../sql/send-to-runs.ts';
import type { StepRow } from '../work/journal-rows.ts';
import { arrayLiteral } from './array-literal.ts';
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
        values: [
          workerId,
          ...[runs, waitsAdded, waitsDropped].map((rows) => JSON.stringify(rows)),
          ...stepColumns(steps),
        ],
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

/** In the order of the statement's parameters. */
function stepColumns(steps: readonly StepRow[]): readonly string[] {
  const column = (pick: (step: StepRow) => string | number | null) => arrayLiteral(steps.map(pick));
  return [
    column((step) => step.org_id),
    column((step) => step.run_id),
    column((step) => step.key),
    column((step) => step.node_id),
    column((step) => step.item),
    column((step) => step.seq),
    column((step) => step.attempt),
    column((step) => step.status),
    column((step) => step.started_at),
    column((step) => step.finished_at),
    column((step) => step.due_at),
    column((step) => step.port),
    column((step) => jsonOrNull(step.input)),
    column((step) => jsonOrNull(step.output)),
    column((step) => jsonOrNull(step.error)),
  ];
}

function jsonOrNull(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}
