/** The catalogue of the triggers: what they are called, take, and give as `event`. */
import { z } from 'zod';
import type { Json, JsonObject } from '../json.ts';
import { type Trigger, triggerSchema } from './format.ts';

export type TriggerType = Trigger['type'];

export type TriggerFacts = {
  readonly type: TriggerType;
  readonly title: string;
  readonly category: 'trigger';
  /** One sentence for people. */
  readonly summary: string;
  /** JSON Schema of the trigger's own fields, without id, type, name and ui. */
  readonly inputSchema: JsonObject;
  /** JSON Schema of `event`. */
  readonly outputSchema: JsonObject;
  readonly ports: readonly ['next'];
};

/** An event of which only the frame is known. */
export const OPEN_EVENT: JsonObject = eventWith({});

const WEBHOOK_EVENT = eventWith({
  type: 'object',
  properties: {
    body: {},
    headers: { type: 'object', additionalProperties: { type: 'string' } },
    query: { type: 'object', additionalProperties: {} },
    method: { type: 'string' },
  },
  required: ['body', 'headers', 'query', 'method'],
  additionalProperties: false,
});

export const triggerTypes: { readonly [Type in TriggerType]: TriggerFacts } = {
  event: describe('event', 'Event', 'Starts when something happens, such as client.created.'),
  schedule: describe('schedule', 'Schedule', 'Starts at set times, by a cron pattern or every so often.'),
  webhook: describe('webhook', 'Webhook', 'Starts when another system posts to an address.', WEBHOOK_EVENT),
  manual: describe('manual', 'By hand', 'Starts when a person or a program asks for it.'),
  form: describe('form', 'Form', 'Starts when a form is submitted.'),
  email: describe('email', 'E-mail', 'Starts when an e-mail comes in.'),
  booking: describe('booking', 'Booking', 'Starts when a booking is made, moved, cancelled or missed.'),
  call: describe('call', 'Call', 'Starts when a call has ended.'),
  date: describe('date', 'Date', 'Starts on, before or after a date of the client, such as a birthday.'),
};

/** JSON Schema of the `event` that this very trigger gives. */
export function eventSchemaOf(trigger: Trigger): JsonObject {
  if (trigger.type !== 'manual' || trigger.form === undefined) return triggerTypes[trigger.type].outputSchema;
  const properties = Object.fromEntries(trigger.form.map((field) => [field.name, FIELD_SCHEMAS[field.type ?? 'text']]));
  return eventWith({ type: 'object', properties, additionalProperties: {} });
}

const FIELD_SCHEMAS = {
  text: { type: 'string' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  date: { type: 'string' },
  choice: { type: 'string' },
  json: {},
} as const satisfies { readonly [type: string]: JsonObject };

function describe(type: TriggerType, title: string, summary: string, outputSchema = OPEN_EVENT): TriggerFacts {
  return { type, title, category: 'trigger', summary, inputSchema: ownFields(type), outputSchema, ports: ['next'] };
}

function ownFields(type: TriggerType): JsonObject {
  const option: z.ZodObject | undefined = triggerSchema.options.find((each) => each.shape.type.value === type);
  if (option === undefined) return {};
  const frame = { id: true, type: true, name: true, ui: true } as const;
  return z.toJSONSchema(option.omit(frame), { io: 'input' }) as { [key: string]: Json };
}

function eventWith(data: JsonObject): JsonObject {
  return {
    type: 'object',
    properties: { type: { type: 'string' }, data, time: { type: 'string', format: 'date-time' } },
    required: ['type', 'data', 'time'],
    additionalProperties: false,
  };
}
