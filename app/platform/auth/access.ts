/** From the one who may do most to the one who may do least. */
export const ROLES = ['owner', 'admin', 'editor', 'viewer'] as const;
/** Of a member in an organization. */
export type Role = (typeof ROLES)[number];

export const SCOPES = ['full', 'read', 'run', 'edit'] as const;
/** What an API key was made for. `full` is all that an owner may do. */
export type Scope = (typeof SCOPES)[number];

/** Who makes a request, and in which organization. Read anew for each request, so that a demotion counts at once. */
export type Access =
  | {
      readonly kind: 'api_key';
      readonly id: string;
      readonly organizationId: string;
      readonly scopes: readonly Scope[];
    }
  | {
      readonly kind: 'member';
      readonly userId: string;
      readonly sessionId: string;
      readonly organizationId: string;
      readonly role: Role;
    }
  /** Signed in, and in no organization (yet). */
  | { readonly kind: 'person'; readonly userId: string; readonly sessionId: string };
