import { type BetterAuthOptions, betterAuth } from 'better-auth';
import { isAPIError } from 'better-auth/api';
import { twoFactor } from 'better-auth/plugins/two-factor';
import { Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import { newId } from '../../../platform/ids/id.ts';
import { IDENTITY_LIMITS } from '../contract.ts';
import { identityPages } from '../paths.ts';
import type { AccountMails } from './account-mails.ts';
import { ADDRESS_HEADER } from './address-header.ts';
import type { SocialProviders } from './identity-settings.ts';

export type AuthParts = {
  readonly engine: pg.Pool;
  readonly secret: string;
  /** Without a slash at its end. */
  readonly publicUrl: string;
  readonly social: SocialProviders;
  readonly mails: AccountMails;
  /** May someone who is not known yet get an account with this address? */
  readonly mayJoin: (email: string) => Promise<boolean>;
  readonly trustedOrigins: readonly string[];
  readonly warn: (message: string) => void;
};

export type Auth = ReturnType<typeof createAuth>;

const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3600;
const SESSION_DAYS = 30;
/** Changing what protects an account asks for a sign-in no older than this. */
const FRESH_SECONDS = HOUR_SECONDS;

/**
 * better-auth over our own tables. It proves who someone is; what they may do is decided by authorize.ts.
 * Sessions are read from the database each time: one that was ended is over at once.
 */
export function createAuth(parts: AuthParts) {
  const { mails } = parts;
  const options = {
    appName: 'Mainspring',
    // Without the path that it may have: links with it are ours to write.
    baseURL: new URL(parts.publicUrl).origin,
    basePath: '/api/auth',
    secret: parts.secret,
    database: {
      db: new Kysely({ dialect: new PostgresDialect({ pool: parts.engine }) }),
      type: 'postgres' as const,
      transaction: true,
    },
    trustedOrigins: [...parts.trustedOrigins],
    user: {
      ...table('users', ['emailVerified', 'createdAt', 'updatedAt']),
      validateUserInfo: async ({ user, source }) => {
        const isKnown = source.action !== 'create-user' || (await parts.mayJoin(String(user.email).toLowerCase()));
        if (isKnown) return undefined;
        return {
          error: 'not_invited',
          errorDescription: 'This address was not invited. Ask a member of your organization for an invitation.',
        };
      },
    },
    session: {
      ...table('sessions', ['expiresAt', 'createdAt', 'updatedAt', 'ipAddress', 'userAgent', 'userId']),
      expiresIn: SESSION_DAYS * DAY_SECONDS,
      updateAge: DAY_SECONDS,
      freshAge: FRESH_SECONDS,
      cookieCache: { enabled: false },
    },
    account: {
      ...table('accounts', [
        'accountId',
        'providerId',
        'userId',
        'accessToken',
        'refreshToken',
        'idToken',
        'accessTokenExpiresAt',
        'refreshTokenExpiresAt',
        'createdAt',
        'updatedAt',
      ]),
      encryptOAuthTokens: true,
      // An outside service joins an account that is there only where both have proved the same address.
      accountLinking: { enabled: true, requireLocalEmailVerified: true, trustedProviders: [] },
    },
    verification: {
      ...table('verifications', ['expiresAt', 'createdAt', 'updatedAt']),
      storeIdentifier: 'hashed' as const,
    },
    emailAndPassword: {
      enabled: true,
      // Also what makes a sign-up answer the same whether or not the address is known.
      requireEmailVerification: true,
      minPasswordLength: IDENTITY_LIMITS.passwordMinChars,
      maxPasswordLength: IDENTITY_LIMITS.passwordMaxChars,
      revokeSessionsOnPasswordReset: true,
      resetPasswordTokenExpiresIn: HOUR_SECONDS,
      sendResetPassword: async ({ user, token }) => mails.sendReset(user.email, token),
      onExistingUserSignUp: async ({ user }) => mails.sendAlreadyKnown(user.email),
    },
    emailVerification: {
      sendOnSignUp: true,
      sendOnSignIn: true,
      autoSignInAfterVerification: true,
      expiresIn: DAY_SECONDS,
      sendVerificationEmail: async ({ user, token }) => mails.sendVerification(user.email, token),
    },
    socialProviders: withAddresses(parts.social, parts.publicUrl),
    plugins: [
      twoFactor({
        issuer: 'Mainspring',
        schema: {
          user: { fields: { twoFactorEnabled: 'two_factor_enabled' } },
          twoFactor: {
            modelName: 'two_factors',
            fields: {
              backupCodes: 'backup_codes',
              userId: 'user_id',
              failedVerificationCount: 'failed_verification_count',
              lockedUntil: 'locked_until',
            },
          },
        },
      }),
    ],
    // Counted by the routes, as all that comes in is.
    rateLimit: { enabled: false },
    advanced: {
      cookiePrefix: 'mainspring',
      useSecureCookies: parts.publicUrl.startsWith('https://'),
      defaultCookieAttributes: { sameSite: 'lax' as const, httpOnly: true },
      database: { generateId: () => newId() },
      // The address as the server believes it, not as any header says; see address-header.ts.
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
      // Said outright, since they are off by themselves where NODE_ENV is test.
      disableOriginCheck: false,
      disableCSRFCheck: false,
    },
    telemetry: { enabled: false },
    logger: {
      level: 'error' as const,
      log: (level, message) => {
        if (level === 'error') parts.warn(message);
      },
    },
    onAPIError: {
      errorURL: `${parts.publicUrl}${identityPages.signIn()}`,
      // A refusal is the caller's to hear; anything else is ours.
      onError: (error) => {
        if (!isAPIError(error)) parts.warn(error instanceof Error ? error.message : String(error));
      },
    },
  } satisfies BetterAuthOptions;
  return betterAuth(options);
}

/** Names a table and its columns as our SQL writes them. */
function table<const Field extends string>(modelName: string, fields: readonly Field[]) {
  const columns = fields.map((field) => [field, field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)]);
  return { modelName, fields: Object.fromEntries(columns) as { [field in Field]: string } };
}

function withAddresses(social: SocialProviders, publicUrl: string): SocialProviders {
  const entries = Object.entries(social).map(([provider, client]) => {
    return [provider, { ...client, redirectURI: `${publicUrl}/api/auth/callback/${provider}` }];
  });
  return Object.fromEntries(entries);
}
