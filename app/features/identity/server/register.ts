import type { SessionDoor } from '../../../platform/auth/authenticate.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import type { Log } from '../../../platform/log/log.ts';
import type { Vault } from '../../../platform/secrets/vault.ts';
import { createAccountMails } from './account-mails.ts';
import type { AttemptLimits } from './auth-attempts.ts';
import { addAuthRoutes } from './auth-routes.ts';
import type { Auth } from './create-auth.ts';
import type { IdentityContext } from './identity-context.ts';
import type { IdentitySettings } from './identity-settings.ts';
import { addJoinPage } from './join-page.ts';
import { keepInOutbox } from './keep-in-outbox.ts';
import { addMemberRoutes } from './member-routes.ts';
import { openAuthSecret } from './open-auth-secret.ts';
import { isInvited } from './queries.ts';
import { createSessionDoor } from './session-door.ts';
import { trustedOrigins } from './trusted-origins.ts';

export type IdentityParts = Pick<IdentityContext, 'publicUrl' | 'now'> & {
  readonly db: Pick<Database, 'withTenant' | 'engine' | 'engineTransaction'>;
  readonly vault: Vault;
  readonly log: Pick<Log, 'error' | 'warn'>;
  readonly settings: IdentitySettings;
  readonly limits?: AttemptLimits | undefined;
};

/**
 * The feature in three parts: `sessions` for `authenticate`, routes for callers, and the open ones by which people
 * sign in.
 */
export function registerIdentity(parts: IdentityParts): {
  readonly sessions: SessionDoor;
  readonly addApiRoutes: (api: HttpServer) => void;
  readonly addOpenRoutes: (open: HttpServer) => void;
} {
  const { db, publicUrl, now, log, settings } = parts;
  const { mailer, mailFrom } = settings;
  const mails = createAccountMails({
    mailer,
    keepInOutbox: (mail) => keepInOutbox(db, mail, mailFrom),
    publicUrl,
    log,
  });
  const context: IdentityContext = { db, mails, publicUrl, now };
  const auth = createOnce(() => openAuth(parts, context));
  const origins = () => trustedOrigins(publicUrl());
  return {
    sessions: createSessionDoor({ auth, engine: db.engine, origins }),
    addApiRoutes: (api) => addMemberRoutes(api, context),
    addOpenRoutes: (open) => {
      addAuthRoutes(open, { context, auth, settings, limits: parts.limits });
      addJoinPage(open);
    },
  };
}

/** Loaded with the first person who comes: a server that only programs use does without its weight. */
async function openAuth({ db, vault, log, settings }: IdentityParts, context: IdentityContext): Promise<Auth> {
  const { createAuth } = await import('./create-auth.ts');
  const publicUrl = context.publicUrl();
  return createAuth({
    engine: db.engine,
    secret: await openAuthSecret(db.engine, vault),
    publicUrl,
    social: settings.social,
    mails: context.mails,
    mayJoin: async (email) => settings.signUp === 'open' || isInvited(db.engine, email),
    trustedOrigins: trustedOrigins(publicUrl),
    warn: (message) => log.warn({ reason: message }, 'sign-in reports a problem'),
  });
}

/** Asked again where it failed, as when the database was away. */
function createOnce<T>(create: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= create().catch((error) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
