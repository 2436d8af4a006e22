import { z } from 'zod';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { authOptions, IDENTITY_LIMITS, joinBody } from '../contract.ts';
import { authPaths } from '../paths.ts';
import { type AttemptLimits, countAttempts } from './auth-attempts.ts';
import type { Auth } from './create-auth.ts';
import { handleAuth } from './handle-auth.ts';
import type { IdentityContext } from './identity-context.ts';
import type { IdentitySettings } from './identity-settings.ts';
import { signUpByLink } from './sign-up-by-link.ts';

const { emailChars, nameChars, passwordMaxChars, tokenChars } = IDENTITY_LIMITS;
const email = z.email().max(emailChars);
const name = z.string().trim().min(1).max(nameChars);
/** Only new ones must be long enough, which is better-auth's to say. */
const password = z.string().min(1).max(passwordMaxChars);
const code = z.string().trim().min(1).max(50);
const callbackURL = z.string().max(2000).optional().describe('A path of this server, to go on to');
const provider = z.enum(['google', 'github', 'microsoft']);
const trustDevice = z.boolean().optional().describe('Ask no second factor on this device for 30 days');

/** Every call of better-auth that may be made. What is not here is not reachable. */
const CALLS: readonly Call[] = [
  post('/sign-up/email', 'Make an account. The answer is the same where the address has one already', {
    name,
    email,
    password,
    callbackURL,
  }),
  post('/sign-in/email', 'Sign in', { email, password, callbackURL, rememberMe: z.boolean().optional() }),
  post('/sign-in/social', 'Begin to sign in with an outside service; the answer says where to go', {
    provider,
    callbackURL,
    errorCallbackURL: callbackURL,
    newUserCallbackURL: callbackURL,
    disableRedirect: z.boolean().optional(),
  }),
  get('/callback/:provider', 'Come back from an outside service'),
  post('/sign-out', 'Sign out here', {}),
  get('/verify-email', 'Confirm an e-mail address by the link of a mail, and sign in'),
  post('/send-verification-email', 'Ask for another mail that confirms the address', { email, callbackURL }),
  post('/request-password-reset', 'Ask for a mail to set a new password. The answer is always the same', { email }),
  post('/reset-password', 'Set a new password by the token of a mail; ends all sessions', {
    token: z.string().min(1).max(tokenChars),
    newPassword: password,
  }),
  post('/change-password', 'Change the password of whoever is signed in', {
    currentPassword: password,
    newPassword: password,
    revokeOtherSessions: z.boolean().default(true),
  }),
  post('/update-user', 'Change the name of whoever is signed in', { name }),
  post('/two-factor/enable', 'Begin to set up a second factor; answers the secret and the recovery codes', {
    password,
  }),
  post('/two-factor/verify-totp', 'Give a code of the second factor', { code, trustDevice }),
  post('/two-factor/verify-backup-code', 'Sign in by a recovery code, which is used up', { code, trustDevice }),
  post('/two-factor/generate-backup-codes', 'Make new recovery codes; the former ones are worth nothing', { password }),
  post('/two-factor/disable', 'Take the second factor away', { password }),
];

type Call = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly summary: string;
  readonly fields: z.ZodRawShape | undefined;
};

function post(path: string, summary: string, fields: z.ZodRawShape): Call {
  return { method: 'POST', path, summary, fields };
}

function get(path: string, summary: string): Call {
  return { method: 'GET', path, summary, fields: undefined };
}

type Parts = {
  readonly context: IdentityContext;
  readonly auth: () => Promise<Auth>;
  readonly settings: IdentitySettings;
  readonly limits: AttemptLimits | undefined;
};

const tags = ['sign in'];

/** Open to all: how people prove who they are. */
export function addAuthRoutes(app: HttpServer, { context, auth, settings, limits }: Parts): void {
  const count = countAttempts(app, limits);
  for (const { method, path, summary, fields } of CALLS) {
    app.route({
      method,
      url: authPaths.under(path),
      exposeHeadRoute: false,
      schema: {
        tags,
        summary,
        security: [],
        ...(path.includes(':provider') && { params: z.strictObject({ provider }) }),
        ...(fields && { body: z.strictObject(fields).nullish() }),
      },
      preHandler: count,
      handler: async (request, reply) => {
        const { url, body } = request;
        return handleAuth(await auth(), request, reply, { method, url, body: body ?? {} });
      },
    });
  }
  app.get(authPaths.options(), {
    schema: { tags, summary: 'How people may sign in and up', security: [], response: { 200: authOptions } },
    handler: async () => ({
      signUp: settings.signUp,
      providers: provider.options.filter((each) => settings.social[each] !== undefined),
    }),
  });
  app.post(authPaths.join(), {
    schema: {
      tags,
      summary: 'Make an account by the link of an invitation or of the first start, join its organization and sign in',
      security: [],
      body: joinBody,
    },
    preHandler: count,
    handler: async (request, reply) => {
      const used = await auth();
      const { password: hasher } = await used.$context;
      const address = await signUpByLink(context, hasher.hash, request.body);
      const url = authPaths.under('/sign-in/email');
      const body = { email: address, password: request.body.password };
      return handleAuth(used, request, reply, { method: 'POST', url, body });
    },
  });
}
