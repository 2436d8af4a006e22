import { type DeploymentSource, UnknownDeployment } from '../../../app/runtime/deployments/deployment-source.ts';
import type { Link } from './link.ts';
import type { Tables } from './tables.ts';

export function createMemoryDeploymentSource(link: Link, tables: Tables): DeploymentSource {
  return {
    loadOrganization: (organizationId) =>
      link.alone((view) => ({
        organization: {
          name: 'Simulated',
          timezone: 'UTC',
          revision: view.get(tables.revisions, organizationId)?.revision ?? 0,
        },
        rows: view.all(tables.deployments).flatMap(([, row]) => (row.active ? [row] : [])),
      })),
    loadDefinition: async (_, workflowId, version) => {
      const row = await link.alone((view) => view.get(tables.versions, `${workflowId}/${version}`));
      if (row === undefined) throw new UnknownDeployment(`Workflow ${workflowId} has no version ${version}.`);
      return row.definition;
    },
  };
}
