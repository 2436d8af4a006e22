import { ActionError } from '@mainspring/sdk/failure.ts';
import { EgressError } from '../../../platform/egress/egress-error.ts';
import { MailError } from '../../../platform/mail/mail-error.ts';
import type { Mailer } from '../../../platform/mail/mailer.ts';
import type { TestAnswer } from '../contract.ts';
import { connectionErrors } from './connection-errors.ts';
import type { ConnectionsContext } from './connections-context.ts';
import { getConnectionRow } from './queries.ts';

const TIMEOUT_MS = 15_000;
/** The body is not looked at. */
const MAX_RESPONSE_BYTES = 1_048_576;

/**
 * Uses a connection once and tells how it went, and nothing of what the service said. Throws connection_not_found, and
 * invalid_connection where the address to call is missing, or given for a mail server.
 */
export async function tryConnection(
  context: ConnectionsContext,
  organizationId: string,
  id: string,
  { url, method }: { readonly url?: string | undefined; readonly method: 'GET' | 'HEAD' },
): Promise<TestAnswer> {
  const row = await context.db.withTenant(organizationId, (tx) => getConnectionRow(tx, organizationId, id));
  if ((row.kind === 'smtp') === (url !== undefined)) {
    const message =
      url === undefined ? 'is missing: name an address to call' : 'is not for a mail server; leave it out';
    const problems = [{ path: '/url', message: `url ${message}` }];
    throw connectionErrors.invalid_connection(problems, { problems });
  }
  try {
    const open = await context.connections.open(organizationId, row.id);
    if (open.kind === 'smtp') return await testMail(context.openMailer({ url: open.url(), from: open.from }));
    const limits = { timeoutMs: TIMEOUT_MS, maxResponseBytes: MAX_RESPONSE_BYTES };
    const { status } = await context.egress.request({
      url: url ?? '',
      method,
      credentials: open.credentials,
      ...limits,
    });
    return { ok: status < 400, status, error: null };
  } catch (error) {
    if (!(error instanceof EgressError || error instanceof ActionError || error instanceof MailError)) throw error;
    return { ok: false, status: null, error: { code: error.code, message: error.message } };
  }
}

async function testMail(mailer: Mailer): Promise<TestAnswer> {
  try {
    await mailer.verify();
    return { ok: true, status: null, error: null };
  } finally {
    mailer.close();
  }
}
