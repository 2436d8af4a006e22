/** No route shows or changes what is another organization's, by whatever id and wherever it stands. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEmailSend } from '../../../app/features/messages/server/actions/email-send.ts';
import { startTestApi, type TestApi } from '../../../app/server/testing/start-test-api.ts';
import { describeRoutes } from '../routes/describe-routes.ts';
import { fillOrganization, ownId, type Things } from './fill-organization.ts';
import { probeRoutes } from './probe-routes.ts';
import { takeSnapshot } from './snapshot.ts';
import { UNLIMITED } from './unlimited.ts';

let api: TestApi;
let one: Things;
let two: Things;
beforeAll(async () => {
  api = await startTestApi({
    actions: (db) => [createEmailSend({ db, mailer: null, mailFrom: 'test@example.com' })],
    rateLimits: UNLIMITED,
  });
  one = await fillOrganization(api, api.one);
  two = await fillOrganization(api, api.two);
});
afterAll(() => api.stop());

test('the other organization has something in every table', async () => {
  const empty = Object.entries(await takeSnapshot(api.db.engine, one.caller.organizationId))
    .filter(([, rows]) => rows.startsWith('0 rows'))
    .map(([table]) => table);
  // To a table named here, give a row in fill-organization.ts.
  expect(empty).toEqual([]);
});

test('every path with an id is known with one of the caller', () => {
  const unknown = describeRoutes(api.server).filter(
    ({ isOpen, inPath, path }) => !isOpen && inPath.length > 0 && ownId(two, path) === undefined,
  );
  // To a path named here, give an id in fill-organization.ts.
  expect(unknown.map(({ name }) => name)).toEqual([]);
});

test('every route, in every place, with every word of the other', async () => {
  const { asked, found } = await probeRoutes({ api, caller: api.two, own: two, victim: one });
  expect(found.slice(0, 20)).toEqual([]);
  expect(asked).toBeGreaterThan(3000);
}, 120_000);
