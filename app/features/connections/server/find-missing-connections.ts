import type { Catalogue } from '@mainspring/engine/definition/catalogue.ts';
import type { WorkflowDefinition } from '@mainspring/engine/definition/format.ts';
import { type Problem, problemAt } from '@mainspring/engine/definition/problem.ts';
import type { Transaction } from '../../../platform/db/database.ts';
import { isId } from '../../../platform/ids/id.ts';
import { connectionFieldsOf } from './connection-field.ts';

type Reference = {
  readonly path: readonly ['nodes', number, 'input', string];
  readonly reference: string;
  readonly type: string;
  readonly kinds: readonly string[];
};

/**
 * A problem for each step that names a connection which the organization does not have, or which is of no use to it.
 * Those that are there stay until the transaction ends.
 */
export async function findMissingConnections(
  tx: Transaction,
  organizationId: string,
  definition: WorkflowDefinition,
  actions: Catalogue,
): Promise<Problem[]> {
  const references = listReferences(definition, actions);
  if (references.length === 0) return [];
  const found = await findByReference(tx, organizationId, [...new Set(references.map(({ reference }) => reference))]);
  return references.flatMap(({ path, reference, type, kinds }) => {
    const connection = found.find(({ id, name }) => name === reference || id === reference.toLowerCase());
    if (connection === undefined) {
      const what = `names a connection that is not there: ${JSON.stringify(reference)}`;
      return [problemAt(definition, { code: 'missing_connection', path: [...path], what })];
    }
    if (kinds.includes(connection.kind)) return [];
    const what = `names a connection of the kind ${connection.kind}; ${type} takes ${kinds.join(', ')}`;
    return [problemAt(definition, { code: 'missing_connection', path: [...path], what })];
  });
}

function listReferences({ nodes }: WorkflowDefinition, actions: Catalogue): readonly Reference[] {
  return nodes.flatMap((node, index) => {
    const facts = node.disabled === true ? undefined : actions.find(node.type);
    if (facts === undefined) return [];
    return connectionFieldsOf(facts.inputSchema).flatMap(({ name, kinds }): Reference[] => {
      const reference = node.input?.[name];
      if (typeof reference !== 'string') return [];
      return [{ path: ['nodes', index, 'input', name], reference, type: node.type, kinds }];
    });
  });
}

async function findByReference(tx: Transaction, organizationId: string, references: readonly string[]) {
  const ids = references.filter(isId);
  return (
    tx
      .selectFrom('connections')
      .select(['id', 'name', 'kind'])
      .where('org_id', '=', organizationId)
      .where((row) => row.or([row('name', 'in', [...references]), ...(ids.length > 0 ? [row('id', 'in', ids)] : [])]))
      // Whoever deletes or renames one waits, and then sees what was published.
      .forKeyShare()
      .execute()
  );
}
