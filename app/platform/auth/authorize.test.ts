import { describe, expect, test } from 'vitest';
import { type Access, ROLES, type Role, SCOPES, type Scope } from './access.ts';
import { type AccessObject, type Action, authorize, OWN_RULES, RULES } from './authorize.ts';

const member = (role: Role): Access => ({ kind: 'member', userId: 'u', sessionId: 's', organizationId: 'o', role });
const key = (...scopes: Scope[]): Access => ({ kind: 'api_key', id: 'k', organizationId: 'o', scopes });
const person: Access = { kind: 'person', userId: 'u', sessionId: 's' };
const may = (actor: Access, action: Action, object?: AccessObject) =>
  authorize(actor, action, object).kind === 'allowed';

/** Written out, so that a slip in the rules shows: o owner, a admin, e editor, v viewer; r read, x run, w edit. */
const MATRIX: { readonly [action in keyof typeof RULES]: string } = {
  'organization.view': 'oaev r',
  'organization.manage': 'oa',
  'billing.manage': 'o',
  'member.view': 'oaev r',
  'member.manage': 'oa',
  'invitation.view': 'oa',
  'invitation.manage': 'oa',
  'api_key.view': 'oa',
  'api_key.manage': 'oa',
  'audit.view': 'oa r',
  'workflow.view': 'oaev r',
  'workflow.create': 'oae w',
  'workflow.edit': 'oae w',
  'workflow.delete': 'oa',
  'workflow.run': 'oae x',
  'run.view': 'oaev r',
  'run.command': 'oae x',
  'event.send': 'oae x',
  'message.view': 'oaev r',
  'message.view_private': 'o',
  'node_type.view': 'oaev r',
  'connection.view': 'oaev r',
  'connection.edit': 'oae w',
  'connection.delete': 'oa',
};
const ROLE_LETTERS: { readonly [role in Role]: string } = { owner: 'o', admin: 'a', editor: 'e', viewer: 'v' };
const SCOPE_LETTERS: { readonly [scope in Exclude<Scope, 'full'>]: string } = { read: 'r', run: 'x', edit: 'w' };

describe.each(Object.keys(RULES) as (keyof typeof RULES)[])('%s', (action) => {
  const [roles = '', scopes = ''] = MATRIX[action].split(' ');

  test.each(ROLES)('as %s', (role) => {
    expect(may(member(role), action)).toBe(roles.includes(ROLE_LETTERS[role]));
  });

  test.each(SCOPES)('with a key for %s', (scope) => {
    expect(may(key(scope), action)).toBe(scope === 'full' || scopes.includes(SCOPE_LETTERS[scope]));
  });

  test('never without an organization', () => {
    expect(may(person, action)).toBe(false);
  });
});

describe('what concerns only oneself', () => {
  test.each(Object.keys(OWN_RULES) as (keyof typeof OWN_RULES)[])('%s asks for no role', (action) => {
    const callers: readonly string[] = OWN_RULES[action].for;
    for (const role of ROLES) expect(may(member(role), action)).toBe(callers.includes('member'));
    expect(may(person, action)).toBe(callers.includes('person'));
    for (const scope of SCOPES) expect(may(key(scope), action)).toBe(callers.includes('api_key'));
  });
});

describe('a membership', () => {
  const kinds = [null, ...ROLES];
  const changes = kinds.flatMap((role) => kinds.map((becomes) => [role, becomes] as const));

  test.each(changes)('from %s to %s', (role, becomes) => {
    const object = { kind: 'membership', role, becomes } as const;
    const touchesOwner = role === 'owner' || becomes === 'owner';
    expect(may(member('owner'), 'member.manage', object)).toBe(true);
    expect(may(key('full'), 'member.manage', object)).toBe(true);
    expect(may(member('admin'), 'member.manage', object)).toBe(!touchesOwner);
    expect(may(member('editor'), 'member.manage', object)).toBe(false);
    expect(may(key('edit', 'run', 'read'), 'member.manage', object)).toBe(false);
  });
});

test.each([
  [['full'], false],
  [['read', 'full'], false],
  [['read', 'run', 'edit'], true],
] as const)('an admin and a key with %j: %s', (scopes, expected) => {
  const object = { kind: 'api_key', scopes } as const;
  expect(may(member('admin'), 'api_key.manage', object)).toBe(expected);
  expect(may(member('owner'), 'api_key.manage', object)).toBe(true);
});

test('a refusal says what would be enough', () => {
  expect(authorize(member('editor'), 'workflow.delete')).toEqual({
    kind: 'refused',
    reason: 'This needs the role owner or admin; you are editor.',
  });
  expect(authorize(key('read', 'edit'), 'workflow.run')).toEqual({
    kind: 'refused',
    reason: 'This needs an API key with the scope run or full; this one has read, edit.',
  });
});
