/** One action of a linear workflow: which node type it becomes, and what its settings are called there. */
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { LIMITS } from './format.ts';
import { durationOfMs } from './linear-time.ts';

/** Names of the briefs, in snake case, whose node type the rule below would not find. */
const TYPES: Readonly<Record<string, string>> = {
  ...{
    delay: 'flow.delay',
    wait: 'flow.delay',
    sleep: 'flow.delay',
    pause: 'flow.delay',
    wait_until: 'flow.wait_until',
  },
  ...{ condition: 'flow.if', if: 'flow.if', if_else: 'flow.if', conditional: 'flow.if', branch: 'flow.if' },
  ...{ filter: 'flow.filter', switch: 'flow.switch', loop: 'flow.loop', for_each: 'flow.loop', foreach: 'flow.loop' },
  ...{ trigger_workflow: 'flow.workflow', run_workflow: 'flow.workflow', start_workflow: 'flow.workflow' },
  ...{ stop: 'flow.stop', end: 'flow.stop', exit: 'flow.stop', set_variable: 'flow.set', set_variables: 'flow.set' },
  ...{ email: 'email.send', sms: 'sms.send', whatsapp: 'whatsapp.send', notification: 'notification.send' },
  ...{ http: 'http.request', http_request: 'http.request', api_call: 'http.request', api_request: 'http.request' },
  ...{ webhook: 'webhook.send', call_webhook: 'webhook.send', trigger_webhook: 'webhook.send' },
  ...{ call: 'call.start', make_call: 'call.start', phone_call: 'call.start', voice_call: 'call.start' },
  ...{ json_parser: 'data.parse_json', parse_json: 'data.parse_json', parse_csv: 'data.parse_csv' },
  ...{ data_mapper: 'data.map', map: 'data.map', text_formatter: 'text.format', format_text: 'text.format' },
  ...{ log: 'log.write', database_query: 'database.query', ai_task: 'ai.generate', task: 'task.create' },
};
const VERBS =
  'send create update delete add remove assign log start make generate cancel reschedule complete schedule analyze classify extract summarize score tag notify'.split(
    ' ',
  );

/** What a setting is called in a node's input, by the names that linear workflows give it. */
const INPUT_NAMES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'email.send': { recipient: 'to', email: 'to', message: 'body', text: 'body', content: 'body', reply_to: 'replyTo' },
  'sms.send': { recipient: 'to', phone: 'to', message: 'body', text: 'body', content: 'body' },
  'http.request': { data: 'body', payload: 'body', params: 'query' },
  'webhook.send': { data: 'body', payload: 'body', webhookUrl: 'url' },
  'flow.workflow': { workflowId: 'workflow', workflow_id: 'workflow', data: 'input', triggerData: 'input' },
  'data.parse_json': { json: 'text', data: 'text' },
};

const CONFIG_KEYS = ['config', 'params', 'parameters', 'settings', 'options'] as const;
/** These may as well be one setting among others, such as the body of a call. */
const WEAK_CONFIG_KEYS = ['payload', 'input', 'data'] as const;
/** Keys of an action that say how it runs, not what it does. */
const ACTION_KEYS = new Set(
  'id type action kind name label title description order position enabled disabled retryPolicy retry timeout continueOnError conditions triggerDate delay'.split(
    ' ',
  ),
);

/** `send_email`, `SEND_EMAIL`, `sendEmail` are `email.send`; what is unknown keeps a name that validation can report. */
export function nodeTypeOf(name: string): string {
  const text = name.trim();
  if (/^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$/.test(text)) return text;
  const snake = snakeCase(text);
  if (Object.hasOwn(TYPES, snake)) return TYPES[snake] ?? snake;
  const [verb = '', ...noun] = snake.split('_');
  if (VERBS.includes(verb) && noun.length > 0) return `${noun.join('_')}.${verb}`;
  return `custom.${snake === '' ? 'unnamed' : snake}`;
}

/** The settings of an action: those in its `config` or like, else what stands beside its type. */
export function configOf(action: JsonObject): JsonObject {
  const keys = action.url === undefined ? [...CONFIG_KEYS, ...WEAK_CONFIG_KEYS] : CONFIG_KEYS;
  for (const key of keys) {
    const config = action[key];
    if (isJsonObject(config)) return config;
  }
  return Object.fromEntries(Object.entries(action).filter(([key]) => !ACTION_KEYS.has(key)));
}

/** The settings under the names that the node's input gives them. A name that is there already is never overwritten. */
export function inputOf(type: string, config: JsonObject): JsonObject {
  const names = Object.hasOwn(INPUT_NAMES, type) ? (INPUT_NAMES[type] ?? {}) : {};
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => {
      const name = Object.hasOwn(names, key) ? (names[key] ?? key) : key;
      return [name === key || Object.hasOwn(config, name) ? key : name, value];
    }),
  );
}

/** How an action runs: retries, time-out, errors, whether at all. `defaults` are the workflow's own settings. */
export function executionOf(action: JsonObject, defaults: JsonObject): JsonObject {
  const retry = retryOf(action.retryPolicy ?? action.retry) ?? retryOf(defaults);
  const timeout = typeof action.timeout === 'number' ? durationOfMs(action.timeout) : null;
  return {
    ...(retry !== null && { retry }),
    ...(timeout !== null && { timeout }),
    ...(action.continueOnError === true && { onError: 'continue' }),
    ...((action.enabled === false || action.disabled === true) && { disabled: true }),
  };
}

/** From any name to an id: lower case, letters first, at most 60 characters. */
export function slug(name: string): string {
  const plain = snakeCase(name).replace(/^[^a-z]+/, '');
  return plain.slice(0, 60);
}

/** Reads `{ maxAttempts, backoffStrategy, initialDelay, maxDelay }` (milliseconds) and `{ maxRetries, retryDelay }`. */
function retryOf(policy: Json | undefined): JsonObject | null {
  if (!isJsonObject(policy)) return null;
  const attempts = policy.maxAttempts ?? policy.attempts ?? policy.maxRetries;
  if (typeof attempts !== 'number') return null;
  const backoff = policy.backoffStrategy ?? policy.backoff;
  const initial = durationAt(policy.initialDelay ?? policy.retryDelay);
  const max = durationAt(policy.maxDelay);
  return {
    attempts: Math.min(Math.max(Math.round(attempts), 1), LIMITS.retryAttempts),
    backoff: typeof backoff === 'string' ? backoff : 'fixed',
    ...(initial !== null && { initial }),
    ...(max !== null && { max }),
  };
}

function durationAt(ms: Json | undefined): string | null {
  return typeof ms === 'number' ? durationOfMs(ms) : null;
}

function snakeCase(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
}
