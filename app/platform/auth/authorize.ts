import { type Access, ROLES, type Role, type Scope } from './access.ts';

/** `least`: the role that is enough. `scope`: what an API key needs for it besides `full`; null: only `full` will do. */
type Rule = { readonly least: Role; readonly scope: Exclude<Scope, 'full'> | null };

/** The whole permission matrix. A route names one of these in its `config.action`. */
export const RULES = {
  'organization.view': { least: 'viewer', scope: 'read' },
  'organization.manage': { least: 'admin', scope: null },
  'billing.manage': { least: 'owner', scope: null },
  'member.view': { least: 'viewer', scope: 'read' },
  'member.manage': { least: 'admin', scope: null },
  'invitation.view': { least: 'admin', scope: null },
  'invitation.manage': { least: 'admin', scope: null },
  'api_key.view': { least: 'admin', scope: null },
  'api_key.manage': { least: 'admin', scope: null },
  'audit.view': { least: 'admin', scope: 'read' },
  'workflow.view': { least: 'viewer', scope: 'read' },
  'workflow.create': { least: 'editor', scope: 'edit' },
  'workflow.edit': { least: 'editor', scope: 'edit' },
  'workflow.delete': { least: 'admin', scope: null },
  'workflow.run': { least: 'editor', scope: 'run' },
  'run.view': { least: 'viewer', scope: 'read' },
  'run.command': { least: 'editor', scope: 'run' },
  'event.send': { least: 'editor', scope: 'run' },
  'message.view': { least: 'viewer', scope: 'read' },
  /** Mails about people's accounts: whoever reads one could sign in as its receiver. */
  'message.view_private': { least: 'owner', scope: null },
  'node_type.view': { least: 'viewer', scope: 'read' },
  'connection.view': { least: 'viewer', scope: 'read' },
  'connection.edit': { least: 'editor', scope: 'edit' },
  'connection.delete': { least: 'admin', scope: null },
} as const satisfies { readonly [action: string]: Rule };

/** What concerns only the one who asks. `with`: which callers it is for. */
export const OWN_RULES = {
  'me.view': { for: ['api_key', 'member', 'person'] },
  'me.change': { for: ['member', 'person'] },
  'organization.create': { for: ['member', 'person'] },
  'invitation.accept': { for: ['member', 'person'] },
  'organization.leave': { for: ['member'] },
} as const satisfies { readonly [action: string]: { readonly for: readonly Access['kind'][] } };

export type Action = keyof typeof RULES | keyof typeof OWN_RULES;

/** What it is done to, where the action alone does not decide. */
export type AccessObject =
  | { readonly kind: 'any' }
  /** `role`: what someone is; `becomes`: what they are to be; null: not in the organization. */
  | { readonly kind: 'membership'; readonly role: Role | null; readonly becomes: Role | null }
  | { readonly kind: 'api_key'; readonly scopes: readonly Scope[] };

export type Decision = { readonly kind: 'allowed' } | { readonly kind: 'refused'; readonly reason: string };

const ALLOWED: Decision = { kind: 'allowed' };

/** Decides whether a caller may do something, by the matrix alone. `reason` is a sentence for the caller. */
export function authorize(actor: Access, action: Action, object: AccessObject = { kind: 'any' }): Decision {
  if (isOwn(action)) return authorizeOwn(actor, action);
  switch (actor.kind) {
    case 'person':
      return refuse('You belong to no organization yet. Create one, or accept an invitation.');
    case 'api_key':
      return authorizeKey(actor.scopes, action);
    case 'member':
      return authorizeMember(actor.role, action, object);
  }
}

/** True where `role` may do all that `other` may. */
export function reaches(role: Role, other: Role): boolean {
  return ROLES.indexOf(role) <= ROLES.indexOf(other);
}

function isOwn(action: Action): action is keyof typeof OWN_RULES {
  return action in OWN_RULES;
}

function authorizeOwn(actor: Access, action: keyof typeof OWN_RULES): Decision {
  const callers: readonly Access['kind'][] = OWN_RULES[action].for;
  if (callers.includes(actor.kind)) return ALLOWED;
  return refuse(
    actor.kind === 'person'
      ? 'You belong to no organization yet.'
      : 'An API key cannot do this: it is for people who are signed in.',
  );
}

function authorizeKey(scopes: readonly Scope[], action: keyof typeof RULES): Decision {
  const { scope } = RULES[action];
  if (scopes.includes('full') || (scope !== null && scopes.includes(scope))) return ALLOWED;
  const needed = scope === null ? 'full' : `${scope} or full`;
  return refuse(`This needs an API key with the scope ${needed}; this one has ${scopes.join(', ')}.`);
}

function authorizeMember(role: Role, action: keyof typeof RULES, object: AccessObject): Decision {
  const { least } = RULES[action];
  if (!reaches(role, least)) return refuse(`This needs the role ${oneOf(least)}; you are ${role}.`);
  switch (object.kind) {
    case 'any':
      return ALLOWED;
    case 'membership':
      if (role === 'owner' || (object.role !== 'owner' && object.becomes !== 'owner')) return ALLOWED;
      return refuse(`Only an owner may make, change or remove an owner; you are ${role}.`);
    case 'api_key':
      if (role === 'owner' || !object.scopes.includes('full')) return ALLOWED;
      return refuse(`Only an owner may make or revoke an API key with the scope full; you are ${role}.`);
  }
}

function oneOf(least: Role): string {
  return ROLES.slice(0, ROLES.indexOf(least) + 1).join(' or ');
}

function refuse(reason: string): Decision {
  return { kind: 'refused', reason };
}
