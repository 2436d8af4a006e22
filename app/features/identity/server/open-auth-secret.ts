import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import type { Vault } from '../../../platform/secrets/vault.ts';

const FACT = 'identity_secret';
const CONTEXT = 'server/identity secret';
const BYTES = 32;

/** What cookies are signed and second factors encrypted with: made once for a database, and stored sealed. */
export async function openAuthSecret(engine: pg.Pool, vault: Pick<Vault, 'seal' | 'open'>): Promise<string> {
  const fresh = vault.seal(randomBytes(BYTES).toString('base64url'), CONTEXT);
  await engine.query('insert into server_facts (name, value) values ($1, $2) on conflict do nothing', [FACT, fresh]);
  const { rows } = await engine.query<{ value: string }>('select value from server_facts where name = $1', [FACT]);
  const [row] = rows;
  if (row === undefined) throw new Error('The secret of sign-in is missing from the database.');
  return vault.open(row.value, CONTEXT);
}
