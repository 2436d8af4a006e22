/**
 * What each organization has deployed, as this process knows it.
 *
 * The knowledge may be old; nobody is harmed by it: intake compares `revision` in the statement that stores the event
 * and asks again with `reload` where it was outdated. Versions are immutable and cached by number.
 */
import type { Catalogue } from '@mainspring/engine/definition/catalogue.ts';
import type { Trigger, WorkflowDefinition } from '@mainspring/engine/definition/format.ts';
import { compilePlan, type Plan } from '@mainspring/engine/run/plan.ts';
import { LRUCache } from 'lru-cache';
import type { DeploymentSource } from './deployment-source.ts';

export type Deployment = {
  readonly workflowId: string;
  readonly version: number;
  readonly definition: WorkflowDefinition;
};

export type OrganizationDeployments = {
  readonly organizationId: string;
  readonly name: string;
  readonly timezone: string;
  readonly revision: number;
  /** Active ones only, by workflow id. */
  readonly byWorkflow: ReadonlyMap<string, Deployment>;
  /** Triggers that listen to events, with their deployment. */
  readonly listeners: readonly { readonly deployment: Deployment; readonly trigger: Trigger }[];
};

export type Deployments = {
  readonly of: (organizationId: string) => Promise<OrganizationDeployments>;
  readonly reload: (organizationId: string) => Promise<OrganizationDeployments>;
  readonly forget: (organizationId: string) => void;
  readonly plan: (organizationId: string, workflowId: string, version: number) => Promise<Plan>;
};

const ORGANIZATIONS_CACHED = 1000;
const PLANS_CACHED = 2000;
/** How long an organization's name, zone and list may be old where nothing else notices. */
const TTL_MS = 5_000;

export function createDeployments(options: {
  readonly source: DeploymentSource;
  readonly actions: Catalogue;
  readonly monotonicMs: () => number;
}): Deployments {
  const { source, actions, monotonicMs } = options;
  const organizations = new LRUCache<string, Promise<OrganizationDeployments>>({
    max: ORGANIZATIONS_CACHED,
    ttl: TTL_MS,
    perf: { now: monotonicMs },
    // No timer of its own.
    ttlResolution: 0,
  });
  const versions = new LRUCache<string, Promise<WorkflowDefinition>>({ max: PLANS_CACHED });
  const plans = new LRUCache<string, Promise<Plan>>({ max: PLANS_CACHED });

  const version = (organizationId: string, workflowId: string, number: number) =>
    remember(versions, `${organizationId}/${workflowId}/${number}`, () =>
      source.loadDefinition(organizationId, workflowId, number),
    );
  const load = async (organizationId: string): Promise<OrganizationDeployments> => {
    const { organization, rows } = await source.loadOrganization(organizationId);
    const deployments = await Promise.all(
      rows.map(async (row) => ({
        workflowId: row.workflow_id,
        version: row.version,
        definition: await version(organizationId, row.workflow_id, row.version),
      })),
    );
    return {
      organizationId,
      name: organization.name,
      timezone: organization.timezone,
      revision: Number(organization.revision),
      byWorkflow: new Map(deployments.map((deployment) => [deployment.workflowId, deployment])),
      listeners: deployments.flatMap((deployment) =>
        deployment.definition.triggers.map((trigger) => ({ deployment, trigger })),
      ),
    };
  };

  return {
    of: (organizationId) => remember(organizations, organizationId, () => load(organizationId)),
    reload: (organizationId) => {
      organizations.delete(organizationId);
      return remember(organizations, organizationId, () => load(organizationId));
    },
    forget: (organizationId) => void organizations.delete(organizationId),
    plan: (organizationId, workflowId, number) =>
      remember(plans, `${organizationId}/${workflowId}/${number}`, async () =>
        compilePlan(await version(organizationId, workflowId, number), actions),
      ),
  };
}

/** Shares one load among those who ask meanwhile; a failed one is not kept. */
function remember<Value>(
  cache: LRUCache<string, Promise<Value>>,
  key: string,
  load: () => Promise<Value>,
): Promise<Value> {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const loading = load();
  cache.set(key, loading);
  loading.catch(() => {
    if (cache.peek(key) === loading) cache.delete(key);
  });
  return loading;
}
