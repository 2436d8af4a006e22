import { expect, test } from 'vitest';
import { generateTables } from './generate-tables.ts';

test('every table has its type, and columns are typed as our connections read them', async () => {
  const text = await generateTables();
  expect(text).toMatch(/export interface DB \{[^}]*organizations: Organizations;/);
  expect(text.match(/^export /gm)).toHaveLength(1);
  expect(text).toContain('interface Organizations {');
  expect(text).toMatch(/data: JsonColumn;/);
  expect(text).not.toMatch(/Int8/);
});
