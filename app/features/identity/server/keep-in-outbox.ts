import type { Database } from '../../../platform/db/database.ts';
import { newId } from '../../../platform/ids/id.ts';
import type { Mail } from '../../../platform/mail/mail-message.ts';

/**
 * Keeps a mail about an account where no mail can be sent: in the outbox of the server's first organization, whose
 * owners run the server, and visible to them alone. Not in that of the receiver's organization: whoever reads such a
 * mail holds its link, and could prove an address that is not theirs.
 */
export async function keepInOutbox(db: Pick<Database, 'engine'>, mail: Mail, from: string): Promise<void> {
  const id = newId();
  await db.engine.query(
    `insert into messages (org_id, id, channel, to_addresses, from_address, subject, body_text, status, idempotency_key, private)
     select id, $1, 'email', $2, $3, $4, $5, 'outbox', $6, true from organizations order by created_at, id limit 1`,
    [id, mail.to, from, mail.subject, mail.text ?? null, `account/${id}`],
  );
}
