import type { NameTypes } from './expression-problem.ts';

const TEXT = { type: 'string' };

/** Types for tests: what the names of `exampleNames` could be declared as. */
export const EXAMPLE_TYPES: NameTypes = {
  event: {
    type: 'object',
    properties: {
      type: TEXT,
      time: { type: 'string', format: 'date-time' },
      data: {
        type: 'object',
        properties: {
          status: { enum: ['busy', 'no-answer'] },
          from: { type: ['string', 'null'] },
          amount: { type: 'number' },
          tags: { type: 'array', items: TEXT },
          people: {
            type: 'array',
            items: {
              type: 'object',
              properties: { name: TEXT, age: { type: 'integer' } },
              additionalProperties: false,
            },
          },
          either: { anyOf: [{ type: 'number' }, TEXT] },
        },
        additionalProperties: false,
      },
    },
    additionalProperties: false,
  },
  client: {},
  steps: {
    type: 'object',
    properties: {
      fetch: {
        type: 'object',
        properties: { output: { type: 'object', properties: { status: { type: 'integer' } } } },
      },
    },
  },
  vars: { type: 'object', additionalProperties: true },
  run: { type: 'object', properties: { id: TEXT, startedAt: TEXT }, additionalProperties: false },
  org: { type: 'object', properties: { name: TEXT, timezone: TEXT }, additionalProperties: false },
  now: { type: 'string', format: 'date-time' },
};
