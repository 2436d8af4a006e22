/**
 * Known faults, each as the one thing that would be different in the source. `npm run faults` must find each of them:
 * plants.api.test.ts plants them one by one into the server processes of a short run. Nothing of the product changes:
 * the text is replaced while a process loads it, by plant.ts.
 */
import type { FaultKind } from '../plan/fault.ts';

export type Plant = {
  /** What a careless author could have written. */
  readonly meaning: string;
  readonly changes: readonly SourceChange[];
  /** A statement of PostgreSQL's superuser, before the load begins. */
  readonly sql?: string;
  /** The faults that bring it to light. */
  readonly kinds: readonly FaultKind[];
  /** The promise that must be found broken. */
  readonly breaks: string;
};

/** Each occurrence of `from` in the file is replaced; a file without one is an error: the source has moved on. */
export type SourceChange = { readonly file: string; readonly from: string; readonly to: string };

export const PLANTS = {
  'no-fencing': {
    meaning: 'a journal that does not look at the token of the claim',
    changes: [
      { file: 'app/runtime/sql/commit-journal.ts', from: ' and r.token = i.token', to: '' },
      {
        file: 'app/runtime/sql/commit-journal.ts',
        from: 'and r.worker_id is not distinct from $1',
        to: 'and $1::uuid is not null',
      },
    ],
    kinds: ['blackhole-database', 'freeze-worker'],
    breaks: 'G6',
  },
  'answer-before-commit': {
    meaning: '2xx as soon as the event stands in the queue',
    changes: [
      {
        file: 'app/runtime/intake/accept-events.ts',
        from: 'outcome: await queue.push(admission)',
        to: "outcome: (queue.push(admission).catch(() => {}), 'accepted')",
      },
    ],
    kinds: ['stop-postgres'],
    breaks: 'G1',
  },
  'renewal-on-event-loop': {
    meaning: 'the lease is renewed only where the event loop gets to say so',
    changes: [
      { file: 'app/runtime/work/lease.ts', from: 'const SILENCE_LEASES = 12;', to: 'const SILENCE_LEASES = 0.5;' },
    ],
    kinds: ['block-event-loop'],
    breaks: 'lease',
  },
  'retry-without-key': {
    meaning: 'each attempt has a key of its own',
    changes: [
      {
        file: 'app/runtime/work/perform-action.ts',
        from: 'idempotencyKey: effect.idempotencyKey,',
        to: 'idempotencyKey: effect.attempt === 1 ? effect.idempotencyKey : crypto.randomUUID(),',
      },
    ],
    kinds: [],
    breaks: 'G4',
  },
  'missing-policy': {
    meaning: 'a table of tenants without row-level security',
    changes: [],
    sql: 'alter table messages disable row level security',
    kinds: [],
    breaks: 'G15 tables',
  },
  'unknown-taken-for-failure': {
    meaning: 'an answer that broke off counts as a call that did not happen',
    changes: [
      {
        file: 'app/features/http/server/call-service.ts',
        from: "new ActionError('unknown',",
        to: "new ActionError('retry',",
      },
    ],
    kinds: [],
    breaks: 'G5',
  },
  'keys-forgotten': {
    meaning: 'the key of an event is not stored',
    changes: [
      {
        file: 'app/runtime/intake/accept-events.ts',
        from: 'key_hash: intake.key === null ? null : hashKey(intake.key),',
        to: 'key_hash: null,',
      },
    ],
    kinds: [],
    breaks: 'G2',
  },
  'order-forgotten': {
    meaning: 'runs of one subject do not wait for each other',
    changes: [
      {
        file: 'app/runtime/intake/route-event.ts',
        from: "settings.order === 'subject' ? intake.subjectId : null",
        to: 'null',
      },
    ],
    kinds: [],
    breaks: 'G10',
  },
  'newest-version': {
    meaning: 'a run goes on by the version that is published now',
    changes: [
      {
        file: 'app/runtime/work/worker.ts',
        from: 'options.deployments.plan(row.org_id, row.workflow_id, row.version)',
        to: 'options.deployments.of(row.org_id).then((org) => options.deployments.plan(row.org_id, row.workflow_id, org.byWorkflow.get(row.workflow_id).version))',
      },
    ],
    kinds: [],
    breaks: 'G11',
  },
} as const satisfies Readonly<Record<string, Plant>>;

export type PlantName = keyof typeof PLANTS;
