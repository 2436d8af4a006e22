import type { FastifyRequest } from 'fastify';
import { callerOf } from '../../../platform/auth/caller.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import {
  acceptAnswer,
  acceptBody,
  apiKeyBody,
  apiKeyList,
  idParams,
  invitationBody,
  invitationList,
  invitationView,
  memberList,
  memberPatch,
  meView,
  newApiKey,
  noBody,
  organizationBody,
  organizationPatch,
  organizationView,
  pageQuery,
  sessionList,
} from '../contract.ts';
import { identityPaths } from '../paths.ts';
import { acceptInvitation } from './accept-invitation.ts';
import { createKey, listKeys, revokeKey } from './api-keys.ts';
import { changeMember, leaveOrganization } from './change-member.ts';
import { changeOrganization, getOrganization } from './change-organization.ts';
import { createInvitation } from './create-invitation.ts';
import { createOrganization } from './create-organization.ts';
import type { IdentityContext } from './identity-context.ts';
import { listInvitations } from './list-invitations.ts';
import { listMembers } from './list-members.ts';
import { endAllSessions, endSession, getMe, listSessions } from './me.ts';
import { revokeInvitation } from './revoke-invitation.ts';

/** Routes for callers; the scope they are added to has authenticated the request and checked `config.action`. */
export function addMemberRoutes(app: HttpServer, context: IdentityContext): void {
  addMyRoutes(app, context);
  addOrganizationRoutes(app, context);
  addMembershipRoutes(app, context);
  addInvitationRoutes(app, context);
  addApiKeyRoutes(app, context);
}

const asking = (request: FastifyRequest) => ({ caller: callerOf(request), access: request.access });

/** Of a route that is for people alone. */
function personOf({ access }: FastifyRequest): { readonly userId: string; readonly sessionId: string } {
  if (access.kind === 'api_key') throw new Error('A route for people let an API key in.');
  return access;
}

function addMyRoutes(app: HttpServer, context: IdentityContext): void {
  const tags = ['me'];
  app.get(identityPaths.me(), {
    config: { action: 'me.view' },
    schema: { tags, summary: 'Who asks, and what they may do', response: { 200: meView } },
    handler: async (request) => getMe(context, request.access),
  });
  app.get(identityPaths.mySessions(), {
    config: { action: 'me.change' },
    schema: { tags, summary: 'Where I am signed in', response: { 200: sessionList } },
    handler: async (request) => listSessions(context, personOf(request)),
  });
  app.delete(identityPaths.mySession(':id'), {
    config: { action: 'me.change' },
    schema: { tags, summary: 'End one of my sessions', params: idParams },
    handler: async (request, reply) => {
      await endSession(context, personOf(request).userId, request.params.id);
      return reply.code(204).send();
    },
  });
  app.delete(identityPaths.mySessions(), {
    config: { action: 'me.change' },
    schema: { tags, summary: 'Sign me out everywhere, here too' },
    handler: async (request, reply) => {
      await endAllSessions(context, personOf(request).userId);
      return reply.code(204).send();
    },
  });
}

function addOrganizationRoutes(app: HttpServer, context: IdentityContext): void {
  const tags = ['organization'];
  app.get(identityPaths.organization(), {
    config: { action: 'organization.view' },
    schema: { tags, summary: 'Read the organization', response: { 200: organizationView } },
    handler: async (request) => getOrganization(context, request.organizationId),
  });
  app.patch(identityPaths.organization(), {
    config: { action: 'organization.manage' },
    schema: {
      tags,
      summary: 'Change its name or time zone',
      body: organizationPatch,
      response: { 200: organizationView },
    },
    handler: async (request) => changeOrganization(context, callerOf(request), request.body),
  });
  app.post(identityPaths.leaveOrganization(), {
    config: { action: 'organization.leave' },
    schema: { tags, summary: 'Leave it, which its last owner cannot', body: noBody.nullish() },
    handler: async (request, reply) => {
      await leaveOrganization(context, callerOf(request), personOf(request).userId);
      return reply.code(204).send();
    },
  });
  app.post(identityPaths.organizations(), {
    config: { action: 'organization.create' },
    schema: {
      tags,
      summary: 'Make an organization of which I am the owner',
      body: organizationBody,
      response: { 201: organizationView },
    },
    handler: async (request, reply) =>
      reply.code(201).send(await createOrganization(context, personOf(request).userId, request.body.name)),
  });
}

function addMembershipRoutes(app: HttpServer, context: IdentityContext): void {
  const tags = ['members'];
  app.get(identityPaths.members(), {
    config: { action: 'member.view' },
    schema: { tags, summary: 'List members', querystring: pageQuery, response: { 200: memberList } },
    handler: async (request) => listMembers(context, request.organizationId, request.query),
  });
  app.patch(identityPaths.member(':id'), {
    config: { action: 'member.manage' },
    schema: { tags, summary: 'Give a member another role, at once', params: idParams, body: memberPatch },
    handler: async (request, reply) => {
      await changeMember(context, asking(request), request.params.id, request.body.role);
      return reply.code(204).send();
    },
  });
  app.delete(identityPaths.member(':id'), {
    config: { action: 'member.manage' },
    schema: { tags, summary: 'Take a member out, at once', params: idParams },
    handler: async (request, reply) => {
      await changeMember(context, asking(request), request.params.id, null);
      return reply.code(204).send();
    },
  });
}

function addInvitationRoutes(app: HttpServer, context: IdentityContext): void {
  const tags = ['invitations'];
  app.get(identityPaths.invitations(), {
    config: { action: 'invitation.view' },
    schema: { tags, summary: 'List open invitations', querystring: pageQuery, response: { 200: invitationList } },
    handler: async (request) => listInvitations(context, request.organizationId, request.query),
  });
  app.post(identityPaths.invitations(), {
    config: { action: 'invitation.manage' },
    schema: {
      tags,
      summary: 'Invite an address by mail. An open invitation of the same address is taken back',
      body: invitationBody,
      response: { 201: invitationView },
    },
    handler: async (request, reply) =>
      reply.code(201).send(await createInvitation(context, asking(request), request.body)),
  });
  app.delete(identityPaths.invitation(':id'), {
    config: { action: 'invitation.manage' },
    schema: { tags, summary: 'Take an invitation back', params: idParams },
    handler: async (request, reply) => {
      await revokeInvitation(context, asking(request), request.params.id);
      return reply.code(204).send();
    },
  });
  app.post(identityPaths.acceptInvitation(), {
    config: { action: 'invitation.accept' },
    schema: {
      tags,
      summary: 'Join by an invitation to the address I am signed in with',
      body: acceptBody,
      response: { 200: acceptAnswer },
    },
    handler: async (request) => acceptInvitation(context, personOf(request).userId, request.body.token),
  });
}

function addApiKeyRoutes(app: HttpServer, context: IdentityContext): void {
  const tags = ['api keys'];
  app.get(identityPaths.apiKeys(), {
    config: { action: 'api_key.view' },
    schema: { tags, summary: 'List API keys that work', querystring: pageQuery, response: { 200: apiKeyList } },
    handler: async (request) => listKeys(context, request.organizationId, request.query),
  });
  app.post(identityPaths.apiKeys(), {
    config: { action: 'api_key.manage' },
    schema: {
      tags,
      summary: 'Make an API key; its value is shown once',
      body: apiKeyBody,
      response: { 201: newApiKey },
    },
    handler: async (request, reply) => reply.code(201).send(await createKey(context, asking(request), request.body)),
  });
  app.delete(identityPaths.apiKey(':id'), {
    config: { action: 'api_key.manage' },
    schema: { tags, summary: 'Revoke an API key', params: idParams },
    handler: async (request, reply) => {
      await revokeKey(context, asking(request), request.params.id);
      return reply.code(204).send();
    },
  });
}
