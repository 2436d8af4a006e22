import { describe, expect, test } from 'vitest';
import { parseSource } from '../source/source-file.ts';
import { writeActionsRegistry } from './actions-registry.ts';

const file = (path: string, text: string) => parseSource(`app/features/${path}`, text);

describe('the registry of actions', () => {
  test('imports each action and calls each factory with what it needs', () => {
    const registry = writeActionsRegistry([
      file('data/server/actions/text-format.ts', 'export const textFormat = definePure({});'),
      file('http/server/actions/http-request.ts', 'export function createHttpRequest(deps: { a: 1 }) {}'),
      file('http/server/actions/webhook-send.ts', 'export const createWebhookSend = (deps: { b: 1 }) => deps;'),
    ]);
    expect(registry).toContain("import { textFormat } from './data/server/actions/text-format.ts';");
    expect(registry).toContain(
      '  Parameters<typeof createHttpRequest>[0] &\n  Parameters<typeof createWebhookSend>[0];',
    );
    expect(registry).toContain('[\n  textFormat,\n  createHttpRequest(deps),\n  createWebhookSend(deps),\n]');
  });

  test.each([
    ['tests', 'data/server/actions/text-format.test.ts', 'export const x = definePure({});'],
    ['files elsewhere', 'data/server/text-format.ts', 'export const x = definePure({});'],
    ['parts that several actions share', 'data/server/actions/numbers.ts', 'export function add() {}'],
  ])('leaves out %s', (_name, path, text) => {
    expect(writeActionsRegistry([file(path, text)])).not.toContain('import');
  });

  test('refuses a file with two actions', () => {
    const two = 'export const a = definePure({}); export const b = defineExternal({});';
    expect(() => writeActionsRegistry([file('data/server/actions/two.ts', two)])).toThrow(
      'app/features/data/server/actions/two.ts exports a and b; a file holds one action or one factory',
    );
  });
});
