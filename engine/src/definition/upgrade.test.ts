import { expect, test } from 'vitest';
import { isJsonObject, type Json } from '../json.ts';
import { type UpgradeTable, upgradeDocument } from './upgrade.ts';

const rename = (to: string) => (document: Json) => ({ ...(isJsonObject(document) ? document : {}), format: to });
const STEPS: UpgradeTable = {
  'test@1': { to: 'test@2', upgrade: rename('test@2') },
  'test@2': { to: 'test@3', upgrade: (document) => ({ ...(rename('test@3')(document) as object), added: true }) },
  'ring@1': { to: 'ring@2', upgrade: rename('ring@2') },
  'ring@2': { to: 'ring@1', upgrade: rename('ring@1') },
};

test('a document goes through every step up to the newest format', () => {
  expect(upgradeDocument({ format: 'test@1', name: 'x' }, STEPS, 'test@3')).toEqual({
    ok: true,
    document: { format: 'test@3', name: 'x', added: true },
  });
});

test('a current document comes back as it is', () => {
  const document = { format: 'test@3' };
  expect(upgradeDocument(document, STEPS, 'test@3')).toEqual({ ok: true, document });
});

test.each([
  ['test@4', /newer than this engine, which reads up to 'test@3'/],
  ['tst@3', /unknown; it must be .*Did you mean 'test@3'/],
  ['ring@1', /'ring@1' is unknown/],
  ['toString', /'toString' is unknown/],
])('the format %s is refused', (format, message) => {
  const result = upgradeDocument({ format }, STEPS, 'test@3');
  expect(result).toMatchObject({ ok: false, problem: { code: 'invalid_document', path: '/format' } });
  expect(result.ok ? '' : result.problem.message).toMatch(message);
});
