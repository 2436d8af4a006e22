import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../platform/db/testing/create-test-database.ts';
import { arrayLiteral } from './array-literal.ts';

let db: TestDatabase;

beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

describe('a list reaches PostgreSQL as it is', () => {
  const lists: readonly (readonly [title: string, type: string, values: readonly (string | number | null)[]])[] = [
    ['empty', 'text', []],
    ['plain texts', 'text', ['a', 'b']],
    ['null, and texts that look like it', 'text', [null, 'NULL', 'null', '']],
    ['signs of the array syntax', 'text', ['{}', 'a,b', '"quoted"', 'back\\slash', '\\"', ' spaces ', 'line\nbreak']],
    ['other scripts', 'text', ['žluťoučký', '日本語', '👋🏽']],
    ['numbers', 'int', [0, -1, null, 2_147_483_647]],
    ['JSON', 'json', ['{"a":"b\\"c\\\\d"}', '[]', '"text"', 'null', null, '"\\u0000"']],
  ];
  test.each(lists)('%s', async (_, type, values) => {
    const { rows } = await db.engine.query<{ value: string | number | null }>(
      `select ${type === 'json' ? 'v::text' : 'v'} as value from unnest($1::${type}[]) v`,
      [arrayLiteral(values)],
    );
    expect(rows.map((row) => row.value)).toEqual(values);
  });
});
