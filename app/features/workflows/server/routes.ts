import { callerOf } from '../../../platform/auth/caller.ts';
import { readIdempotencyKey } from '../../../platform/auth/idempotency.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import {
  changeBody,
  createBody,
  executeAnswer,
  executeBody,
  idParams,
  noBody,
  pageQuery,
  publishAnswer,
  rotateAnswer,
  rotateBody,
  simulateAnswer,
  simulateBody,
  triggerParams,
  validateAnswer,
  validateBody,
  versionList,
  versionParams,
  versionView,
  workflowList,
  workflowView,
} from '../contract.ts';
import { workflowPaths } from '../paths.ts';
import { changeWorkflow } from './change-workflow.ts';
import { createWorkflow } from './create-workflow.ts';
import { deleteWorkflow } from './delete-workflow.ts';
import { executeWorkflow } from './execute-workflow.ts';
import { getVersion } from './get-version.ts';
import { getWorkflow } from './get-workflow.ts';
import { listVersions } from './list-versions.ts';
import { listWorkflows } from './list-workflows.ts';
import { publishWorkflow } from './publish-workflow.ts';
import { etagOf, readIfMatch } from './read-if-match.ts';
import { rotateHookSecret } from './rotate-hook-secret.ts';
import { simulateWorkflow } from './simulate-workflow.ts';
import { validateDocument } from './validate-document.ts';
import type { WorkflowsContext } from './workflows-context.ts';

const tags = ['workflows'];

/** Routes for callers with a key; the scope they are added to has authenticated the request. */
export function addWorkflowRoutes(app: HttpServer, context: WorkflowsContext): void {
  addEditingRoutes(app, context);
  addPublishingRoutes(app, context);
  addStartingRoutes(app, context);
}

function addEditingRoutes(app: HttpServer, context: WorkflowsContext): void {
  app.post(workflowPaths.workflows(), {
    config: { action: 'workflow.create' },
    schema: { tags, summary: 'Create a workflow', body: createBody, response: { 201: workflowView } },
    handler: async (request, reply) => {
      const view = await createWorkflow(context, callerOf(request), request.body.definition);
      return reply.code(201).header('etag', etagOf(view.draftRevision)).send(view);
    },
  });
  app.get(workflowPaths.workflows(), {
    config: { action: 'workflow.view' },
    schema: { tags, summary: 'List workflows, newest first', querystring: pageQuery, response: { 200: workflowList } },
    handler: async (request) => listWorkflows(context, request.organizationId, request.query),
  });
  app.get(workflowPaths.workflow(':id'), {
    config: { action: 'workflow.view' },
    schema: { tags, summary: 'Read a workflow and its draft', params: idParams, response: { 200: workflowView } },
    handler: async (request, reply) => {
      const view = await getWorkflow(context, request.organizationId, request.params.id);
      return reply.header('etag', etagOf(view.draftRevision)).send(view);
    },
  });
  app.patch(workflowPaths.workflow(':id'), {
    config: { action: 'workflow.edit' },
    schema: {
      tags,
      summary: 'Replace the draft, turn the workflow on or off. With If-Match only where nobody changed it meanwhile',
      params: idParams,
      body: changeBody,
      response: { 200: workflowView },
    },
    handler: async (request, reply) => {
      const { definition: document, status } = request.body;
      const seenRevisions = readIfMatch(request.headers['if-match']);
      const change = { document, status, seenRevisions };
      const view = await changeWorkflow(context, callerOf(request), request.params.id, change);
      return reply.header('etag', etagOf(view.draftRevision)).send(view);
    },
  });
  app.delete(workflowPaths.workflow(':id'), {
    config: { action: 'workflow.delete' },
    schema: { tags, summary: 'Remove a workflow. Its history stays, runs under way go on', params: idParams },
    handler: async (request, reply) => {
      await deleteWorkflow(context, callerOf(request), request.params.id);
      return reply.code(204).send();
    },
  });
}

function addPublishingRoutes(app: HttpServer, context: WorkflowsContext): void {
  app.post(workflowPaths.validate(), {
    config: { action: 'workflow.view' },
    schema: {
      tags,
      summary: 'Find every problem of a definition',
      body: validateBody,
      response: { 200: validateAnswer },
    },
    handler: async (request) => validateDocument(context, request.organizationId, request.body.definition),
  });
  app.post(workflowPaths.publish(':id'), {
    config: { action: 'workflow.edit' },
    schema: {
      tags,
      summary: 'Make the draft the version that runs',
      params: idParams,
      body: noBody.nullish(),
      response: { 200: publishAnswer },
    },
    handler: async (request) => publishWorkflow(context, callerOf(request), request.params.id),
  });
  app.get(workflowPaths.versions(':id'), {
    config: { action: 'workflow.view' },
    schema: {
      tags,
      summary: 'List versions, newest first',
      params: idParams,
      querystring: pageQuery,
      response: { 200: versionList },
    },
    handler: async (request) => listVersions(context, request.organizationId, request.params.id, request.query),
  });
  app.get(workflowPaths.version(':id', ':version'), {
    config: { action: 'workflow.view' },
    schema: { tags, summary: 'Read a version', params: versionParams, response: { 200: versionView } },
    handler: async (request) => {
      const { id, version } = request.params;
      return getVersion(context, request.organizationId, id, version);
    },
  });
  app.post(workflowPaths.rotateSecret(':id', ':triggerId'), {
    config: { action: 'workflow.edit' },
    schema: {
      tags,
      summary: 'Change the secret of a webhook trigger; the former one works for another day',
      params: triggerParams,
      body: rotateBody.nullish(),
      response: { 200: rotateAnswer },
    },
    handler: async (request) => {
      const { id: workflowId, triggerId } = request.params;
      return rotateHookSecret(context, callerOf(request), { workflowId, triggerId }, request.body?.secret);
    },
  });
}

function addStartingRoutes(app: HttpServer, context: WorkflowsContext): void {
  app.post(workflowPaths.execute(':id'), {
    config: { action: 'workflow.run', idempotency: 'own' },
    schema: {
      tags,
      summary: 'Start a run by hand',
      params: idParams,
      body: executeBody.nullish(),
      response: { 202: executeAnswer },
    },
    handler: async (request, reply) => {
      const started = await executeWorkflow(context, request.organizationId, request.params.id, {
        input: request.body?.input,
        clientId: request.body?.clientId,
        key: readIdempotencyKey(request),
      });
      return reply.code(202).send(started);
    },
  });
  app.post(workflowPaths.simulate(':id'), {
    config: { action: 'workflow.view' },
    schema: {
      tags,
      summary: 'See what the draft would do, on a virtual clock; touches nothing',
      params: idParams,
      body: simulateBody.nullish(),
      response: { 200: simulateAnswer },
    },
    handler: async (request) => {
      const result = await simulateWorkflow(context, request.organizationId, request.params.id, request.body ?? {});
      return { ...result, timeline: [...result.timeline], ends: [...result.ends] };
    },
  });
}
