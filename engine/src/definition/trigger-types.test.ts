import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../json.ts';
import { triggerSchema } from './format.ts';
import { eventSchemaOf, triggerTypes } from './trigger-types.ts';

describe('the catalogue of triggers', () => {
  test('describes every type that the format knows', () => {
    expect(Object.keys(triggerTypes)).toEqual(triggerSchema.options.map((option) => option.shape.type.value));
  });

  test.each(Object.values(triggerTypes))('says of $type what it takes, without what every trigger has', (facts) => {
    const { properties, required = [] } = facts.inputSchema as {
      properties: { [key: string]: JsonObject };
      required?: string[];
    };
    expect(Object.keys(properties)).not.toEqual(expect.arrayContaining(['id']));
    expect(Object.keys(properties)).toEqual(expect.arrayContaining(['throttle', ...required]));
    for (const key of ['id', 'type', 'name', 'ui']) expect(properties).not.toHaveProperty(key);
  });
});

describe('the event of a trigger', () => {
  test('of a webhook has a body, headers, query and method', () => {
    const { properties } = eventSchemaOf({ id: 't', type: 'webhook' }) as { properties: { data: JsonObject } };
    expect(Object.keys(properties.data.properties as JsonObject)).toEqual(['body', 'headers', 'query', 'method']);
  });

  test('started by hand has the fields of the form, and may have others', () => {
    const trigger = {
      id: 't',
      type: 'manual' as const,
      form: [{ name: 'amount', type: 'number' as const }, { name: 'why' }],
    };
    expect(eventSchemaOf(trigger)).toMatchObject({
      properties: {
        data: { properties: { amount: { type: 'number' }, why: { type: 'string' } }, additionalProperties: {} },
      },
    });
  });
});
