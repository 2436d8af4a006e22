/**
 * Two walls stand between organizations: the conditions of each statement, and row-level security. Each is taken away
 * here by telling one side of it another organization, and the other must hold alone.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createEmailSend } from '../../../app/features/messages/server/actions/email-send.ts';
import { startTestApi, type TestApi } from '../../../app/server/testing/start-test-api.ts';
import { fillOrganization, type Things } from './fill-organization.ts';
import { type Probing, probeRoutes } from './probe-routes.ts';
import { UNLIMITED } from './unlimited.ts';

/** Whose rows a transaction sees, by whose it was to see. */
const swapped = new Map<string, string>();

let api: TestApi;
let one: Things;
let two: Things;
beforeAll(async () => {
  api = await startTestApi({
    actions: (db) => [createEmailSend({ db, mailer: null, mailFrom: 'test@example.com' })],
    rateLimits: UNLIMITED,
    tenantOf: (organizationId) => swapped.get(organizationId) ?? organizationId,
    quiet: true,
  });
  one = await fillOrganization(api, api.one);
  two = await fillOrganization(api, api.two);
});
afterEach(() => swapped.clear());
afterAll(() => api.stop());

/** Not a tenant's transaction but the engine's work, for the organization of the key: intake and repeated answers. */
const BY_THE_ENGINE = { except: ['POST /api/v1/events'], exceptHeaders: ['idempotency-key'] };

/** The statements ask for the rows of one; the transaction is of two. */
const securityAlone = (): Probing => {
  swapped.set(one.caller.organizationId, two.caller.organizationId);
  return { api, caller: one.caller, own: one, victim: one, compares: false, ...BY_THE_ENGINE };
};

/** The transaction is of one; the statements ask for the rows of two. */
const conditionsAlone = (): Probing => {
  swapped.set(two.caller.organizationId, one.caller.organizationId);
  return { api, caller: two.caller, own: two, victim: one, compares: false };
};

describe('row-level security', () => {
  test('holds where every statement asks for the rows of another', async () => {
    const { asked, found } = await probeRoutes(securityAlone());
    expect(found.slice(0, 20)).toEqual([]);
    expect(asked).toBeGreaterThan(2000);
  }, 120_000);

  test.each(['workflows', 'runs', 'run_history', 'messages', 'dead_letters', 'audit_log'])(
    'that is missing on %s shows',
    async (table) => {
      await api.db.owner.query(`alter table ${table} disable row level security`);
      const { found } = await probeRoutes({ ...securityAlone(), only: ({ method }) => method === 'GET' });
      await api.db.owner.query(`alter table ${table} enable row level security`);
      expect(found.join('\n')).toContain(`shows ${one.canary}`);
    },
    120_000,
  );
});

describe('the conditions of the statements', () => {
  test('hold where every transaction sees the rows of another', async () => {
    const { asked, found } = await probeRoutes(conditionsAlone());
    expect(found.slice(0, 20)).toEqual([]);
    expect(asked).toBeGreaterThan(3000);
  }, 120_000);
});
