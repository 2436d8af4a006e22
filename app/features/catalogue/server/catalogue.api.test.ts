import { isJsonObject } from '@mainspring/engine/json.ts';
import { defineExternal } from '@mainspring/sdk/action.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { startTestApi, type TestApi } from '../../../server/testing/start-test-api.ts';

const call = defineExternal({
  type: 'test.call',
  title: 'Call',
  category: 'test',
  summary: 'Calls.',
  input: z.strictObject({ to: z.string().meta({ title: 'To', examples: ['+44'] }) }),
  output: z.strictObject({ id: z.string() }),
  repeatable: false,
  run: async () => ({ id: 'x' }),
  dryRun: () => ({ output: { id: 'x' }, summary: 'would call' }),
});

let api: TestApi;
// biome-ignore lint/suspicious/noExplicitAny: the answer as it came
let items: any[];
beforeAll(async () => {
  api = await startTestApi({ actions: [call] });
  items = (await api.one.get('/api/v1/node-types')).body.items;
});
afterAll(() => api.stop());

const find = (type: string) => items.find((item) => item.type === type);

test('names every trigger, flow node and action once', () => {
  const types = items.map((item) => item.type);
  expect(types).toEqual(expect.arrayContaining(['webhook', 'schedule', 'manual', 'flow.if', 'flow.loop', 'test.call']));
  expect(new Set(types).size).toBe(types.length);
});

test('each tells what the contract says', () => {
  for (const item of items) {
    expect(item).toMatchObject({ title: expect.stringMatching(/./), summary: expect.stringMatching(/\.$/) });
    expect([item.type, item.ports]).toEqual([item.type, expect.any(Array)]);
    expect([item.type, isJsonObject(item.inputSchema), isJsonObject(item.outputSchema)]).toEqual([
      item.type,
      true,
      true,
    ]);
  }
});

describe('one of each kind', () => {
  test('a trigger', () => {
    expect(find('webhook')).toMatchObject({ kind: 'trigger', category: 'trigger', ports: ['next'] });
  });

  test('a flow node', () => {
    expect(find('flow.if')).toMatchObject({ kind: 'flow', category: 'flow', ports: ['true', 'false'] });
  });

  test('an action, with hints for forms', () => {
    expect(find('test.call')).toEqual({
      type: 'test.call',
      kind: 'action',
      title: 'Call',
      category: 'test',
      summary: 'Calls.',
      effect: 'external',
      repeatable: false,
      ports: ['next'],
      inputSchema: expect.objectContaining({
        properties: { to: { type: 'string', title: 'To', examples: ['+44'] } },
        required: ['to'],
      }),
      outputSchema: expect.objectContaining({ properties: { id: { type: 'string' } } }),
    });
  });
});
