import type { Problem } from '@mainspring/engine/definition/problem.ts';
import { validateDefinition } from '@mainspring/engine/definition/validate.ts';
import { findMissingConnections } from '../../connections/server/public.ts';
import { readDocument } from './read-definition.ts';
import type { WorkflowsContext } from './workflows-context.ts';

/** Every problem of a document. `ok` where none of them would keep it from being published. */
export async function validateDocument(
  { actions, db }: Pick<WorkflowsContext, 'actions' | 'db'>,
  organizationId: string,
  document: unknown,
): Promise<{ ok: boolean; problems: Problem[] }> {
  const read = readDocument(document);
  if (!read.ok) return { ok: false, problems: [...read.problems] };
  const missing = await db.withTenant(organizationId, (tx) =>
    findMissingConnections(tx, organizationId, read.definition, actions),
  );
  const problems = [...validateDefinition(read.definition, { actions }), ...missing];
  return { ok: problems.every((problem) => problem.severity !== 'error'), problems };
}
