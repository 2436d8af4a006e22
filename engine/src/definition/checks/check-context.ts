import type { Catalogue } from '../catalogue.ts';
import type { WorkflowDefinition } from '../format.ts';
import type { Graph } from '../graph.ts';
import type { Finding } from '../problem.ts';

/** What every family of checks reads. */
export type CheckContext = {
  readonly definition: WorkflowDefinition;
  readonly graph: Graph;
  readonly actions: Catalogue;
};

/** One family of checks: everything of its kind that is wrong, in the order of the document. */
export type Check = (context: CheckContext) => readonly Finding[];
