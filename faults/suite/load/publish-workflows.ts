import type { Answer, ApiClient } from './api-client.ts';
import { definitionOf, WORKFLOW_NAMES, type WorkflowName, type WorldAddress } from './workflows.ts';

export type Published = {
  readonly ids: Readonly<Record<WorkflowName, string>>;
  /** Paths of the hooks of those that have one. */
  readonly hooks: Readonly<Partial<Record<WorkflowName, string>>>;
};

/** Creates and publishes every workflow of the suite. Throws with the answer where one is refused. */
export async function publishWorkflows(client: ApiClient, worldUrls: WorldAddress['worldUrls']): Promise<Published> {
  const ids: Partial<Record<WorkflowName, string>> = {};
  const hooks: Partial<Record<WorkflowName, string>> = {};
  // The child first: its parent names its id.
  for (const name of [...WORKFLOW_NAMES].sort((one, other) => Number(other === 'child') - Number(one === 'child'))) {
    const definition = definitionOf(name, { worldUrls, childId: ids.child ?? '' });
    const created = await client.call('POST', '/api/v1/workflows', { body: { definition } });
    expect(created, 201, `create ${name}`);
    ids[name] = created.body.id;
    const { url } = created.body.triggers[0];
    if (url !== undefined) hooks[name] = new URL(url).pathname;
    expect(
      await client.call('POST', `/api/v1/workflows/${created.body.id}/publish`, { body: {} }),
      200,
      `publish ${name}`,
    );
  }
  return { ids: ids as Published['ids'], hooks };
}

function expect(answer: Answer, status: number, what: string): void {
  if (answer.status !== status)
    throw new Error(`${what} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
}
