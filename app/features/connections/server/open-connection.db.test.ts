/** What becomes of a stored connection when somebody writes to the database past the server. */
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../platform/db/testing/create-test-database.ts';
import { newId } from '../../../platform/ids/id.ts';
import { createLocalMasterKeys } from '../../../platform/secrets/master-keys.ts';
import { changeConnection } from './change-connection.ts';
import type { ConnectionsContext } from './connections-context.ts';
import { createConnection } from './create-connection.ts';
import { createConnections } from './open-connection.ts';

let db: TestDatabase;
let context: ConnectionsContext;
let [one, two] = ['', ''];
beforeAll(async () => {
  db = await createTestDatabase();
  const masterKeys = createLocalMasterKeys([Buffer.alloc(32, 1)]);
  const connections = createConnections({ db, masterKeys });
  context = { db, masterKeys, connections, egress: undefined as never, openMailer: undefined as never };
});
afterAll(() => db.drop());
beforeEach(async () => {
  [one, two] = [newId(), newId()];
  await db.engine.query("insert into organizations (id, name) values ($1, 'One'), ($2, 'Two')", [one, two]);
});

const callerOf = (organizationId: string) => ({ organizationId, actor: { kind: 'system' } }) as const;
const create = async (organizationId: string, token: string) =>
  (
    await createConnection(context, callerOf(organizationId), {
      kind: 'bearer',
      name: token,
      hosts: ['api.example.com'],
      secret: { token },
    })
  ).id;

async function open(organizationId: string, reference: string): Promise<unknown> {
  const connection = await context.connections.open(organizationId, reference);
  if (connection.kind !== 'http') return connection.kind;
  return { hosts: connection.credentials.hosts, ...connection.credentials.headers() };
}

const opened = (token: string) => ({ hosts: ['api.example.com'], authorization: `Bearer ${token}` });
const broken = { kind: 'terminal', code: 'connection_broken' };
const asOwner = (statement: string, values: unknown[]): Promise<pg.QueryResult> => db.engine.query(statement, values);

test('a connection opens by its id and by its name, for its organization alone', async () => {
  const id = await create(one, 'of one');
  expect([await open(one, id), await open(one, 'of one')]).toEqual([opened('of one'), opened('of one')]);
  for (const reference of [id, 'of one', newId(), 'x', '']) {
    await expect(open(two, reference)).rejects.toMatchObject({ kind: 'terminal', code: 'connection_not_found' });
  }
});

const SWAP = `
  update connections c set sealed = o.sealed, data_key = o.data_key, key_id = o.key_id
  from connections o where c.id = any($1) and o.id = any($1) and o.id <> c.id`;

describe('does not open', () => {
  test('in the place of another connection', async () => {
    const ids = [await create(one, 'first'), await create(one, 'second')];
    await asOwner(SWAP, [ids]);
    for (const id of ids) await expect(open(one, id)).rejects.toMatchObject(broken);
    await asOwner(SWAP, [ids]);
    expect(await open(one, ids[0] ?? '')).toEqual(opened('first'));
  });

  test('in the place of a connection of another organization', async () => {
    const ids = [await create(one, 'of one'), await create(two, 'of two')];
    await asOwner(SWAP, [ids]);
    await expect(open(one, ids[0] ?? '')).rejects.toMatchObject(broken);
    await expect(open(two, ids[1] ?? '')).rejects.toMatchObject(broken);
  });

  test('moved as a whole to another organization', async () => {
    const id = await create(one, 'of one');
    await asOwner('update connections set org_id = $2 where id = $1', [id, two]);
    await expect(open(two, id)).rejects.toMatchObject(broken);
  });

  test('with the secret of an earlier version', async () => {
    const id = await create(one, 'old');
    const { rows } = await asOwner('select sealed, data_key from connections where id = $1', [id]);
    await changeConnection(context, callerOf(one), id, { secret: { token: 'new' } });
    expect(await open(one, id)).toEqual(opened('new'));
    const { sealed, data_key } = rows[0];
    await asOwner('update connections set sealed = $2, data_key = $3 where id = $1', [id, sealed, data_key]);
    await expect(open(one, id)).rejects.toMatchObject(broken);
    await asOwner('update connections set version = version + 1 where id = $1', [id]);
    await expect(open(one, id)).rejects.toMatchObject(broken);
  });

  test.each([
    ['cut short', 'sealed = substring(sealed from 1 for length(sealed) - 1)'],
    ['cut to nothing', "sealed = ''"],
    ['cut to its first byte', 'sealed = substring(sealed from 1 for 1)'],
    ['in another format', "sealed = '\\x02' || substring(sealed from 2)"],
    ['with a bit changed', 'sealed = set_bit(sealed, 300, 1 - get_bit(sealed, 300))'],
    ['with a data key that was cut', 'data_key = substring(data_key from 1 for 20)'],
    ['with a data key that was changed', 'data_key = set_bit(data_key, 3, 1 - get_bit(data_key, 3))'],
    ['as another kind', "kind = 'custom'"],
  ])('%s', async (_, change) => {
    const id = await create(one, 'x');
    await asOwner(`update connections set ${change} where id = $1`, [id]);
    await expect(open(one, id)).rejects.toMatchObject(broken);
    const { version } = await changeConnection(context, callerOf(one), id, {
      secret: change.startsWith('kind') ? { headers: { authorization: 'Bearer new' } } : { token: 'new' },
    });
    expect([version, await open(one, id)]).toEqual([2, opened('new')]);
  });

  test('under a master key that is not at hand, which another attempt may find', async () => {
    const id = await create(one, 'x');
    await asOwner("update connections set key_id = 'ffffffff' where id = $1", [id]);
    await expect(open(one, id)).rejects.toMatchObject({ kind: 'retry', code: 'connection_locked' });
  });
});

test('hosts that are changed in the database change nothing', async () => {
  const id = await create(one, 'x');
  await asOwner("update connections set hosts = '{evil.example.net}' where id = $1", [id]);
  expect(await open(one, id)).toEqual(opened('x'));
  const narrowed = changeConnection(context, callerOf(one), id, { hosts: ['evil.example.net'] });
  await expect(narrowed).rejects.toMatchObject({ code: 'secret_needed' });
});

test('errors and what they carry tell of no secret', async () => {
  const id = await create(one, 'canary-1f6d');
  await asOwner(
    "update connections set name = 'n', sealed = set_bit(sealed, 300, 1 - get_bit(sealed, 300)) where id = $1",
    [id],
  );
  const error = (await open(one, id).catch((thrown: unknown) => thrown)) as Error;
  expect(error.cause).toBeUndefined();
  expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain('canary');
});
