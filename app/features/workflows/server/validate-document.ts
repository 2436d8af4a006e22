import type { Problem } from '@mainspring/engine/definition/problem.ts';
import { validateDefinition } from '@mainspring/engine/definition/validate.ts';
import { readDocument } from './read-definition.ts';
import type { WorkflowsContext } from './workflows-context.ts';

/** Every problem of a document. `ok` where none of them would keep it from being published. */
export function validateDocument(
  { actions }: Pick<WorkflowsContext, 'actions'>,
  document: unknown,
): { ok: boolean; problems: Problem[] } {
  const read = readDocument(document);
  if (!read.ok) return { ok: false, problems: [...read.problems] };
  const problems = validateDefinition(read.definition, { actions });
  return { ok: problems.every((problem) => problem.severity !== 'error'), problems };
}
