/** The wire of the identity feature. */
import { z } from 'zod';

export const IDENTITY_LIMITS = {
  pageItems: 100,
  defaultPageItems: 50,
  nameChars: 200,
  emailChars: 254,
  tokenChars: 200,
  passwordMinChars: 10,
  passwordMaxChars: 128,
  /** Organizations that one person may have made or joined. */
  organizations: 20,
  /** Open ones of one organization. */
  invitations: 200,
  invitationDays: 7,
  /** Usable ones of one organization. */
  apiKeys: 200,
} as const;

const name = z.string().trim().min(1).max(IDENTITY_LIMITS.nameChars);
const email = z.email().max(IDENTITY_LIMITS.emailChars).toLowerCase();
const token = z.string().min(1).max(IDENTITY_LIMITS.tokenChars);
const password = z.string().min(IDENTITY_LIMITS.passwordMinChars).max(IDENTITY_LIMITS.passwordMaxChars);
const time = z.string().describe('ISO 8601 UTC');

export const role = z.enum(['owner', 'admin', 'editor', 'viewer']);
export const scope = z
  .enum(['full', 'read', 'run', 'edit'])
  .describe(
    'read: look; run: start and command runs, send events; edit: change workflows; full: all that an owner may',
  );

export const idParams = z.strictObject({ id: z.string() });
export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(IDENTITY_LIMITS.pageItems).default(IDENTITY_LIMITS.defaultPageItems),
  cursor: z.string().max(200).optional(),
});
export type PageQuery = z.output<typeof pageQuery>;
export const noBody = z.strictObject({});

const membership = z.object({ id: z.string(), name: z.string(), role });
export const meView = z.object({
  kind: z.enum(['member', 'person', 'api_key']),
  user: z
    .object({ id: z.string(), name: z.string(), email: z.string(), twoFactorEnabled: z.boolean() })
    .nullable()
    .describe('Null for an API key'),
  organization: z.object({ id: z.string(), name: z.string(), timezone: z.string() }).nullable(),
  role: role.nullable(),
  scopes: z.array(scope).nullable().describe('Of an API key'),
  organizations: z.array(membership).describe('All that one may choose by the header X-Organization'),
});
export type MeView = z.output<typeof meView>;

export const sessionView = z.object({
  id: z.string(),
  isCurrent: z.boolean(),
  createdAt: time,
  lastUsedAt: time.describe('To the day'),
  expiresAt: time,
  address: z.string().nullable(),
  userAgent: z.string().nullable(),
});
export const sessionList = z.object({ items: z.array(sessionView), nextCursor: z.string().nullable() });

export const organizationView = z.object({ id: z.string(), name: z.string(), timezone: z.string(), createdAt: time });
export type OrganizationView = z.output<typeof organizationView>;
export const organizationBody = z.strictObject({ name });
export const organizationPatch = z
  .strictObject({ name: name.optional(), timezone: z.string().max(100).optional().describe('IANA, as Europe/Berlin') })
  .refine((body) => body.name !== undefined || body.timezone !== undefined, 'needs name, timezone or both');
export type OrganizationPatch = z.output<typeof organizationPatch>;

export const memberView = z.object({
  id: z.string().describe('Of the person'),
  name: z.string(),
  email: z.string(),
  role,
  twoFactorEnabled: z.boolean(),
  joinedAt: time,
});
export type MemberView = z.output<typeof memberView>;
export const memberList = z.object({ items: z.array(memberView), nextCursor: z.string().nullable() });
export const memberPatch = z.strictObject({ role });

export const invitationView = z.object({
  id: z.string(),
  email: z.string().nullable().describe('Null: whoever holds the link'),
  role,
  createdAt: time,
  expiresAt: time,
});
export type InvitationView = z.output<typeof invitationView>;
export const invitationList = z.object({ items: z.array(invitationView), nextCursor: z.string().nullable() });
export const invitationBody = z.strictObject({ email, role });
export const acceptBody = z.strictObject({ token });
export const acceptAnswer = z.object({ organizationId: z.string() });

export const apiKeyView = z.object({
  id: z.string(),
  name: z.string(),
  hint: z.string().describe('How it begins'),
  scopes: z.array(scope),
  createdAt: time,
  expiresAt: time.nullable(),
});
export type ApiKeyView = z.output<typeof apiKeyView>;
export const apiKeyList = z.object({ items: z.array(apiKeyView), nextCursor: z.string().nullable() });
export const apiKeyBody = z.strictObject({
  name,
  scopes: z.array(scope).min(1).max(4),
  expiresAt: z.iso.datetime({ offset: true }).nullable().default(null),
});
export type ApiKeyBody = z.output<typeof apiKeyBody>;
export const newApiKey = apiKeyView.extend({ value: z.string().describe('Shown only in this answer') });

export const joinBody = z.strictObject({
  token: token.describe('Of an invitation, or of the link that the first start printed'),
  name,
  password,
  email: email.optional().describe('Only with the link of the first start; an invitation says the address itself'),
});
export type JoinBody = z.output<typeof joinBody>;
export const authOptions = z.object({
  signUp: z.enum(['open', 'invited']).describe('Who may sign up: everyone, or who was invited'),
  providers: z.array(z.enum(['google', 'github', 'microsoft'])).describe('To sign in with'),
});
