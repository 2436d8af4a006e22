import { sql } from 'kysely';
import type { Transaction } from '../../../platform/db/database.ts';
import type { ErrorProblem } from '../../../platform/errors/app-error.ts';

const MAX_NAMED = 50;

/** The workflows whose published version names one of the connections, by id or name: a problem for each. */
export async function findConnectionUses(
  tx: Transaction,
  organizationId: string,
  references: readonly string[],
): Promise<readonly ErrorProblem[]> {
  const { rows } = await sql<{ id: string; name: string }>`
    select w.id, w.name
    from workflows w join workflow_versions v
      on v.org_id = w.org_id and v.workflow_id = w.id and v.version = w.published_version
    where w.org_id = ${organizationId} and w.deleted_at is null and jsonb_path_query_array(
      v.definition::jsonb, '$.nodes[*].input.connection') ?| ${[...references]}::text[]
    order by w.id limit ${MAX_NAMED}`.execute(tx);
  return rows.map(({ id, name }) => ({
    path: '',
    message: `used by the workflow ${JSON.stringify(name)} (${id})`,
    code: 'used_by',
  }));
}
