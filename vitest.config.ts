import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Planted violations hold files that look like tests.
    exclude: [...configDefaults.exclude, 'tools/boundaries/planted/**'],
  },
});
