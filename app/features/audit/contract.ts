/** The wire of the audit feature. */
import type { Json } from '@mainspring/engine/json.ts';
import { z } from 'zod';

const AUDIT_LIMITS = { pageItems: 100, defaultPageItems: 50, filterChars: 200 } as const;

const summary = z.custom<Json>().meta({ description: 'What of the object changed, without secrets; null: not there' });
const filter = z.string().min(1).max(AUDIT_LIMITS.filterChars).optional();

export const auditQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(AUDIT_LIMITS.pageItems).default(AUDIT_LIMITS.defaultPageItems),
  cursor: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, 'must be one that a list answered')
    .optional(),
  action: filter.describe('Such as workflow.published'),
  objectType: filter.describe('workflow, trigger, run, api_key, member, invitation, organization'),
  objectId: filter,
  actorId: filter.describe('Of an API key, or of a person'),
});
export type AuditQuery = z.output<typeof auditQuery>;

export const auditRow = z.object({
  seq: z.int().describe('Place in the log of the organization: 1, 2, 3, …'),
  at: z.string().describe('ISO 8601 UTC'),
  actor: z.object({ kind: z.enum(['api_key', 'member', 'system']), id: z.string().nullable() }),
  action: z.string(),
  object: z.object({ type: z.string(), id: z.string() }),
  before: summary,
  after: summary,
  hash: z.string().describe('SHA-256 over this row and the hash before it, hexadecimal'),
});
export type AuditRow = z.output<typeof auditRow>;
export const auditList = z.object({ items: z.array(auditRow), nextCursor: z.string().nullable() });
