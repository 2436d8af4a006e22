import { type Action, actionFacts } from '@mainspring/sdk/action.ts';
import { registerAudit } from '../features/audit/server/register.ts';
import { registerCatalogue } from '../features/catalogue/server/register.ts';
import { registerConnections } from '../features/connections/server/register.ts';
import { registerEvents } from '../features/events/server/register.ts';
import type { AttemptLimits } from '../features/identity/server/auth-attempts.ts';
import { DEFAULT_IDENTITY, type IdentitySettings } from '../features/identity/server/identity-settings.ts';
import { registerIdentity } from '../features/identity/server/register.ts';
import { registerMessages } from '../features/messages/server/register.ts';
import { registerOperations } from '../features/operations/server/register.ts';
import { registerRuns } from '../features/runs/server/register.ts';
import { registerWorkflows } from '../features/workflows/server/register.ts';
import { authenticate } from '../platform/auth/authenticate.ts';
import { createKeyLookup } from '../platform/auth/find-key-owner.ts';
import { honourIdempotencyKeys } from '../platform/auth/idempotency.ts';
import { requirePermissions } from '../platform/auth/require-permission.ts';
import type { Database, Transaction } from '../platform/db/database.ts';
import type { HttpServer } from '../platform/http/http-server.ts';
import { createRateLimits, type RateLimitOptions } from '../platform/rate-limit/rate-limits.ts';
import type { Vault } from '../platform/secrets/vault.ts';
import type { Runtime } from '../runtime/public.ts';
import { answerOutages } from './answer-outages.ts';
import type { Outside } from './create-outside.ts';
import type { SimulationThread } from './simulate-in-thread.ts';

export type ApiParts = {
  readonly db: Database;
  readonly runtime: Runtime;
  readonly actions: ReadonlyMap<string, Action<Transaction>>;
  readonly simulate: SimulationThread['simulate'];
  readonly vault: Vault;
  readonly outside: Outside;
  /** Without a slash at its end. Asked at each answer: a free port is known only once the server listens. */
  readonly publicUrl: () => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly rateLimits?: RateLimitOptions;
  /** Default: nobody may sign up without an invitation, and mails stay in the outbox. */
  readonly identity?: IdentitySettings;
  readonly attemptLimits?: AttemptLimits;
};

/** Adds every feature's routes: those for callers with an API key, and the open ones. */
export async function addApi(server: HttpServer, parts: ApiParts): Promise<void> {
  const { db, runtime, vault } = parts;
  const facts = new Map([...parts.actions.values()].map((action) => [action.type, actionFacts(action)]));
  server.decorateRequest('organizationId', '');
  server.decorateRequest('access', null as never);
  const limits = await createRateLimits(server, parts.rateLimits);

  const workflows = registerWorkflows({
    db,
    runtime,
    actions: { find: (type) => facts.get(type) },
    simulate: parts.simulate,
    vault,
    publicUrl: parts.publicUrl,
    now: parts.now,
  });
  const identity = registerIdentity({
    db,
    vault,
    publicUrl: parts.publicUrl,
    now: parts.now,
    log: server.log,
    settings: parts.identity ?? DEFAULT_IDENTITY,
    limits: parts.attemptLimits,
  });

  await server.register(async (scope) => {
    const open = scope as unknown as HttpServer;
    answerOutages(open);
    open.addHook('onRequest', limits.perHook);
    await workflows.addOpenRoutes(open);
  });
  await server.register(async (scope) => {
    const open = scope as unknown as HttpServer;
    answerOutages(open);
    open.addHook('onRequest', limits.perAddress);
    identity.addOpenRoutes(open);
  });
  await server.register(async (scope) => {
    const api = scope as unknown as HttpServer;
    answerOutages(api);
    api.addHook('onRequest', limits.perAddress);
    api.addHook('onRequest', authenticate(createKeyLookup(db.engine), limits.keyAttempts, identity.sessions));
    api.addHook('onRequest', limits.perApiKey);
    requirePermissions(api);
    honourIdempotencyKeys(api, { engine: db.engine, vault });
    workflows.addApiRoutes(api);
    registerRuns(api, { db, runtime });
    registerEvents(api, { runtime });
    registerMessages(api, { db });
    registerAudit(api, { db });
    registerConnections(api, { db, ...parts.outside });
    registerOperations(api, { db });
    registerCatalogue(api, { actions: facts.values() });
    identity.addApiRoutes(api);
  });
}
