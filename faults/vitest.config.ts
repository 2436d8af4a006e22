import { defineConfig } from 'vitest/config';

/** `npm run test:plants`: faults planted into whole servers. Minutes long, so apart from `npm test`. */
export default defineConfig({
  test: {
    include: ['faults/suite/plants/*.api.test.ts'],
    maxWorkers: 1,
    globalSetup: ['app/platform/db/testing/start-test-postgres.ts'],
  },
});
