import type { TriggerView, WorkflowSummary, WorkflowView } from '../contract.ts';
import type { WorkflowRow } from './queries.ts';

export function showWorkflow(row: WorkflowRow, triggers: TriggerView[]): WorkflowView {
  return {
    id: row.id,
    name: row.name,
    status: row.status,
    version: row.published_version,
    draft: row.draft,
    draftRevision: row.draft_revision,
    triggers,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

export function showSummary(row: Omit<WorkflowRow, 'draft' | 'draft_revision'>): WorkflowSummary {
  return {
    id: row.id,
    name: row.name,
    status: row.status,
    version: row.published_version,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}
