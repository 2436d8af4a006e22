import type { Role } from '../../../platform/auth/access.ts';
import type { InvitationView } from '../contract.ts';

export const INVITATION_COLUMNS = ['id', 'email', 'role', 'created_at', 'expires_at'] as const;

export type InvitationRow = {
  readonly id: string;
  readonly email: string | null;
  readonly role: string;
  readonly created_at: Date;
  readonly expires_at: Date;
};

export function showInvitation(row: InvitationRow): InvitationView {
  return {
    id: row.id,
    email: row.email,
    role: row.role as Role,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
  };
}
