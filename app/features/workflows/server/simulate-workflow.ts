import type { WorkflowDefinition } from '@mainspring/engine/definition/format.ts';
import { validateDefinition } from '@mainspring/engine/definition/validate.ts';
import type { Json } from '@mainspring/engine/json.ts';
import type { Answers } from '@mainspring/engine/simulate/answer.ts';
import type { SimulationResult } from '@mainspring/engine/simulate/simulation.ts';
import { WORKFLOW_LIMITS } from '../contract.ts';
import { findOrganization, getWorkflowRow } from './queries.ts';
import { readDefinition } from './read-definition.ts';
import { workflowErrors } from './workflow-errors.ts';
import type { WorkflowsContext } from './workflows-context.ts';

export type SimulationRequest = {
  readonly event?:
    | { readonly type?: string | undefined; readonly data?: Json | undefined; readonly time?: string | undefined }
    | undefined;
  readonly clients?: readonly Json[] | undefined;
  /** ISO 8601. */
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  readonly answers?: Answers | undefined;
};

/**
 * What would become of the draft, by the real engine on a virtual clock. Nothing is stored and nothing leaves.
 * Throws workflow_not_found, simulation_too_large, simulation_busy, and invalid_definition where the draft could not be
 * published either.
 */
export async function simulateWorkflow(
  context: WorkflowsContext,
  organizationId: string,
  workflowId: string,
  request: SimulationRequest,
): Promise<SimulationResult> {
  const { definition, org } = await context.db.withTenant(organizationId, async (tx) => ({
    definition: readDefinition((await getWorkflowRow(tx, organizationId, workflowId)).draft),
    org: await findOrganization(tx, organizationId),
  }));
  assertSound(context, definition);
  const { event, clients, from, until, answers } = request;
  const outcome = await context.simulate({
    definition,
    from: from === undefined ? context.now() : Date.parse(from),
    maxEntries: WORKFLOW_LIMITS.timelineEntries,
    ...(org && { org }),
    ...(until !== undefined && { until: Date.parse(until) }),
    ...(event && { event: definedOnly(event) }),
    ...(clients && { clients }),
    ...(answers && { answers }),
  });
  switch (outcome.kind) {
    case 'done':
      return outcome.result;
    case 'too-large':
      throw workflowErrors.simulation_too_large();
    case 'busy':
      throw workflowErrors.simulation_busy({ retryAfterSeconds: 5 });
  }
}

function assertSound({ actions }: WorkflowsContext, definition: WorkflowDefinition): void {
  const problems = validateDefinition(definition, { actions });
  const errors = problems.filter((problem) => problem.severity === 'error');
  if (errors.length > 0) throw workflowErrors.invalid_definition(errors, { problems });
}

function definedOnly({ type, data, time }: NonNullable<SimulationRequest['event']>) {
  return {
    ...(type !== undefined && { type }),
    ...(data !== undefined && { data }),
    ...(time !== undefined && { time: new Date(time).toISOString() }),
  };
}
