import { defineConfig } from 'vitest/config';

const PURE = ['**/*.test.ts', '**/*.prop.test.ts'];
const WITH_DATABASE = ['**/*.db.test.ts', '**/*.api.test.ts'];
const IN_BROWSER = ['e2e/**/*.e2e.ts'];
// The planted faults take minutes: npm run test:plants.
const NEVER = ['**/node_modules/**', 'tools/boundaries/planted/**', 'faults/suite/plants/**'];

export default defineConfig({
  test: {
    // Two cores, shared with PostgreSQL.
    maxWorkers: 2,
    projects: [
      {
        test: { name: 'unit', include: PURE, exclude: [...NEVER, ...WITH_DATABASE], testTimeout: 60_000 },
      },
      {
        test: {
          name: 'db',
          include: WITH_DATABASE,
          exclude: NEVER,
          globalSetup: ['app/platform/db/testing/start-test-postgres.ts'],
          testTimeout: 20_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: { name: 'browser', include: IN_BROWSER, exclude: NEVER, testTimeout: 20_000, hookTimeout: 60_000 },
      },
    ],
  },
});
