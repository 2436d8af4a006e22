import type pg from 'pg';
import type { Database } from '../db/database.ts';
import { newId } from '../ids/id.ts';
import { createApiKey } from './create-api-key.ts';

export type FirstStart =
  | { readonly kind: 'earlier' }
  /** `apiKey` can be told this once: only its hash is stored. */
  | {
      readonly kind: 'first';
      readonly organizationId: string;
      readonly apiKey: string;
      /** Of the link by which the first person becomes an owner, where one was asked for. */
      readonly linkToken: string | null;
    };

type Operator = {
  readonly apiKey: string | undefined;
  /** Makes that link in the same transaction. */
  readonly createLink?: (client: pg.PoolClient, organizationId: string) => Promise<string>;
};

const ORGANIZATION_NAME = 'My organization';
/** Any number; servers that start at the same time on one database wait for each other by it. */
const LOCK = 7_281_934_403;

/**
 * Makes the first organization and its owner's API key, where the database has no organization yet. The key is the
 * one that the operator set, else a new one. Does nothing at any later start.
 */
export async function firstStart(db: Database, operator: Operator): Promise<FirstStart> {
  return db.engineTransaction<FirstStart>(async (client) => {
    await client.query('select pg_advisory_xact_lock($1)', [LOCK]);
    const { rowCount } = await client.query('select 1 from organizations limit 1');
    if (rowCount) return { kind: 'earlier' };
    const organizationId = newId();
    await client.query('insert into organizations (id, name) values ($1, $2)', [organizationId, ORGANIZATION_NAME]);
    const apiKey = await createApiKey(client, {
      organizationId,
      name: 'Owner',
      by: { kind: 'system' },
      ...(operator.apiKey !== undefined && { value: operator.apiKey }),
    });
    const linkToken = (await operator.createLink?.(client, organizationId)) ?? null;
    return { kind: 'first', organizationId, apiKey, linkToken };
  });
}
