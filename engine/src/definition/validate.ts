/** Everything that is wrong or doubtful in a definition, as far as the definition and the catalogue tell. */
import type { Catalogue } from './catalogue.ts';
import { checkCompensation } from './checks/check-compensation.ts';
import { checkConnections } from './checks/check-connections.ts';
import type { Check } from './checks/check-context.ts';
import { checkDuration } from './checks/check-duration.ts';
import { checkEdges } from './checks/check-edges.ts';
import { checkGraph } from './checks/check-graph.ts';
import { checkIds } from './checks/check-ids.ts';
import { checkInputs } from './checks/check-inputs.ts';
import { checkNodeTypes } from './checks/check-node-types.ts';
import { checkNotYet } from './checks/check-not-yet.ts';
import { checkSelfTrigger } from './checks/check-self-trigger.ts';
import { checkSettings } from './checks/check-settings.ts';
import { checkTriggers } from './checks/check-triggers.ts';
import { checkWaits } from './checks/check-waits.ts';
import type { WorkflowDefinition } from './format.ts';
import { buildGraph } from './graph.ts';
import { type Problem, problemAt } from './problem.ts';

const CHECKS: readonly Check[] = [
  checkIds,
  checkTriggers,
  checkNodeTypes,
  checkInputs,
  checkConnections,
  checkEdges,
  checkGraph,
  checkCompensation,
  checkWaits,
  checkSelfTrigger,
  checkDuration,
  checkSettings,
  checkNotYet,
];

/**
 * All problems at once, never only the first. Problems of severity `error` block publishing, warnings do not.
 * What needs outside data (does a connection or a workflow exist) is not looked at.
 */
export function validateDefinition(
  definition: WorkflowDefinition,
  { actions }: { readonly actions: Catalogue },
): Problem[] {
  const context = { definition, graph: buildGraph(definition), actions };
  const problems = CHECKS.flatMap((check) => check(context)).map((finding) => problemAt(definition, finding));
  // A missing connection is missing from the action's schema too; one line says it better.
  const unconnected = new Set(problems.flatMap((each) => (each.code === 'missing_connection' ? [each.path] : [])));
  return problems.filter((each) => each.code === 'missing_connection' || !unconnected.has(each.path));
}
