import { writeAudit } from '../../../platform/audit/write-audit.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { Runtime } from '../../../runtime/public.ts';
import { updateWorkflow } from './queries.ts';

type World = {
  readonly db: Pick<Database, 'withTenant'>;
  readonly runtime: Pick<Runtime, 'setActive' | 'deploymentsChanged'>;
};

const REASON = 'It was to be started past the longest chain of workflows that start each other: a ring, most likely.';

/**
 * Turns a workflow off that stands in a ring, and writes down why. Its runs go on; a person turns it on again. False
 * where it is off already.
 */
export async function pauseRing({ db, runtime }: World, organizationId: string, workflowId: string): Promise<boolean> {
  const paused = await db.withTenant(organizationId, async (tx) => {
    const active = await tx
      .selectFrom('workflows')
      .select('id')
      .where('org_id', '=', organizationId)
      .where('id', '=', workflowId)
      .where('status', '=', 'active')
      .forUpdate()
      .executeTakeFirst();
    if (active === undefined) return false;
    await runtime.setActive(tx, { organizationId, workflowId, active: false });
    await updateWorkflow(tx, organizationId, workflowId, { status: 'paused' });
    await writeAudit(tx, {
      organizationId,
      actor: { kind: 'system' },
      action: 'workflow.paused',
      object: { type: 'workflow', id: workflowId },
      before: { status: 'active' },
      after: { status: 'paused', reason: REASON },
    });
    return true;
  });
  if (paused) runtime.deploymentsChanged(organizationId);
  return paused;
}
