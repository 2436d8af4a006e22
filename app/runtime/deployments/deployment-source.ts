/** Where the lists and versions of organizations are read from. */
import type { WorkflowDefinition } from '@mainspring/engine/definition/format.ts';
import type pg from 'pg';

export type DeploymentSource = {
  /** All of one moment: the revision must not be newer than the list. @throws UnknownDeployment */
  readonly loadOrganization: (organizationId: string) => Promise<{
    readonly organization: {
      readonly name: string;
      readonly timezone: string;
      readonly revision: string | number;
    };
    /** The active ones. */
    readonly rows: readonly { readonly workflow_id: string; readonly version: number }[];
  }>;
  /** @throws UnknownDeployment */
  readonly loadDefinition: (organizationId: string, workflowId: string, version: number) => Promise<WorkflowDefinition>;
};

/** An organization that no row speaks of, or a version that was never deployed: a bug or a deleted tenant. */
export class UnknownDeployment extends Error {}

export function createPostgresDeploymentSource(engine: pg.Pool): DeploymentSource {
  return {
    loadOrganization: (organizationId) => loadOrganization(engine, organizationId),
    loadDefinition: (organizationId, workflowId, version) =>
      loadDefinition(engine, organizationId, workflowId, version),
  };
}

async function loadOrganization(engine: pg.Pool, organizationId: string) {
  const { rows } = await engine.query<{
    name: string;
    timezone: string;
    revision: string | number;
    workflow_id: string | null;
    version: number;
  }>({
    name: 'load-deployments',
    text: `
      select o.name, o.timezone, coalesce(r.revision, 0) as revision, d.workflow_id, d.version
      from organizations o
      left join deployment_revisions r on r.org_id = o.id
      left join deployments d on d.org_id = o.id and d.active
      where o.id = $1`,
    values: [organizationId],
  });
  const [organization] = rows;
  if (organization === undefined) throw new UnknownDeployment(`There is no organization ${organizationId}.`);
  return {
    organization,
    rows: rows.flatMap((row) => (row.workflow_id === null ? [] : [{ ...row, workflow_id: row.workflow_id }])),
  };
}

async function loadDefinition(engine: pg.Pool, organizationId: string, workflowId: string, version: number) {
  const { rows } = await engine.query<{ definition: WorkflowDefinition }>({
    name: 'load-definition',
    text: 'select definition from workflow_versions where org_id = $1 and workflow_id = $2 and version = $3',
    values: [organizationId, workflowId, version],
  });
  const [row] = rows;
  if (row === undefined) throw new UnknownDeployment(`Workflow ${workflowId} has no version ${version}.`);
  return row.definition;
}
