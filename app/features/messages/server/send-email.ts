import type { ActionContext } from '@mainspring/sdk/action.ts';
import { ActionError, terminal } from '@mainspring/sdk/failure.ts';
import type { Database } from '../../../platform/db/database.ts';
import { MailError } from '../../../platform/mail/mail-error.ts';
import type { Mailer } from '../../../platform/mail/mailer.ts';
import type { ComposedEmail } from './compose-email.ts';
import { type AttemptEnd, beginAttempt, endAttempt, insertMessage } from './queries.ts';

/**
 * How long after an attempt of unknown end the same mail may be sent again, with the same Message-ID. Later it is held
 * for a person: by then few receivers notice that it is a repeat.
 */
export const REPEAT_WINDOW_MS = 3_600_000;

type World = { readonly db: Pick<Database, 'withTenant'>; readonly mailer: Mailer; readonly repeatWindowMs: number };

/**
 * Sends one mail, noting in its row that it begins before it begins: whatever happens to this process, the row tells
 * what is known. Gives the row's id.
 */
export async function sendEmail({ mail, row }: ComposedEmail, context: ActionContext, world: World): Promise<string> {
  const { db, mailer, repeatWindowMs } = world;
  const { organizationId, signal, log } = context;
  const { id, attempt } = await db.withTenant(organizationId, async (tx) => {
    const stored = await insertMessage(tx, row);
    return { id: stored.id, attempt: await beginAttempt(tx, organizationId, stored.id, repeatWindowMs) };
  });
  const end = (how: AttemptEnd) => db.withTenant(organizationId, (tx) => endAttempt(tx, organizationId, id, how));

  switch (attempt.kind) {
    case 'already-sent':
      return id;
    case 'outcome-unknown':
      throw terminal(
        'outcome_unknown',
        `An earlier attempt to send the mail was cut off, and nobody knows whether it left. It is held: see message ${id}.`,
      );
    case 'begun':
      break;
  }
  try {
    const { rejected } = await mailer.send(mail, { signal });
    const note = rejected.length === 0 ? null : `The mail server refused these recipients: ${rejected.join(', ')}.`;
    if (note) log('warn', note);
    await end({ kind: 'sent', note });
    return id;
  } catch (error) {
    if (!(error instanceof MailError)) throw error;
    await end({ kind: error.kind === 'unknown' ? 'unknown' : 'failed', error: error.message });
    throw new ActionError(error.kind, error.code, error.message, { cause: error, details: { messageId: id } });
  }
}
