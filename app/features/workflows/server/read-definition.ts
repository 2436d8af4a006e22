import type { WorkflowDefinition } from '@mainspring/engine/definition/format.ts';
import { isLinearForm, linearToGraph } from '@mainspring/engine/definition/linear.ts';
import { parseDefinition } from '@mainspring/engine/definition/parse.ts';
import type { Problem } from '@mainspring/engine/definition/problem.ts';
import { workflowErrors } from './workflow-errors.ts';

export type ReadResult =
  | { readonly ok: true; readonly definition: WorkflowDefinition }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Reads a posted document, of the format or of the linear form. What it means is not looked at: an unfinished draft is no mistake. */
export function readDocument(document: unknown): ReadResult {
  if (!isLinearForm(document)) return parseDefinition(document);
  const imported = linearToGraph(document);
  if (imported.kind === 'problems') return { ok: false, problems: imported.problems };
  return parseDefinition(imported.definition);
}

/** The same for documents that are to be kept. Throws invalid_definition with every problem. */
export function readDefinition(document: unknown): WorkflowDefinition {
  const read = readDocument(document);
  if (!read.ok) throw workflowErrors.invalid_definition(read.problems, { problems: read.problems });
  return read.definition;
}
