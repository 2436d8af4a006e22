import { checkCron } from '../../schedule/cron.ts';
import { checkEvery } from '../../schedule/every.ts';
import type { Trigger, TriggerOf } from '../format.ts';
import type { JsonPath } from '../json-pointer.ts';
import type { Finding } from '../problem.ts';
import { nameTypesOfTrigger } from '../static-types.ts';
import type { Check } from './check-context.ts';
import { checkSource } from './check-source.ts';
import { wrongLength } from './wrong-length.ts';
import { wrongZone } from './wrong-zone.ts';

/** Something starts the workflow, and every trigger can. */
export const checkTriggers: Check = ({ definition }) => {
  if (definition.triggers.length === 0) {
    const what = 'is empty, so runs start only by hand or from other workflows';
    return [{ code: 'no_trigger', path: ['triggers'], what, severity: 'warning' }];
  }
  return definition.triggers.flatMap((trigger, index) => {
    const path: JsonPath = ['triggers', index];
    return [...checkFlowControl(trigger, path), ...checkSourcesOf(trigger, path), ...checkOwnFields(trigger, path)];
  });
};

function checkFlowControl({ debounce, throttle, rateLimit }: Trigger, path: JsonPath): readonly Finding[] {
  const wait = typeof debounce === 'string' ? debounce : debounce?.for;
  const waitPath = typeof debounce === 'string' ? ['debounce'] : ['debounce', 'for'];
  return [
    ...wrongLength(wait, [...path, ...waitPath]),
    ...wrongLength(throttle?.per, [...path, 'throttle', 'per']),
    ...wrongLength(rateLimit?.per, [...path, 'rateLimit', 'per']),
  ];
}

function checkSourcesOf(trigger: Trigger, path: JsonPath): readonly Finding[] {
  const names = nameTypesOfTrigger(trigger);
  const { debounce, throttle, rateLimit } = trigger;
  const keys: readonly [JsonPath, string | undefined][] = [
    [['debounce', 'by'], typeof debounce === 'object' ? debounce.by : undefined],
    [['throttle', 'by'], throttle?.by],
    [['rateLimit', 'by'], rateLimit?.by],
    [['dedupe'], trigger.type === 'webhook' ? trigger.dedupe : undefined],
  ];
  const where = 'where' in trigger ? trigger.where : undefined;
  return [
    ...(where === undefined ? [] : checkSource('condition', where, names, [...path, 'where']).findings),
    ...keys.flatMap(([below, source]) =>
      source === undefined ? [] : checkSource('expression', source, names, [...path, ...below]).findings,
    ),
  ];
}

function checkOwnFields(trigger: Trigger, path: JsonPath): readonly Finding[] {
  switch (trigger.type) {
    case 'schedule':
      return checkSchedule(trigger, path);
    case 'webhook':
      return checkWebhook(trigger, path);
    case 'manual':
      return checkForm(trigger, path);
    case 'event':
    case 'form':
    case 'email':
    case 'booking':
    case 'call':
    case 'date':
      return [];
  }
}

function checkSchedule({ cron, every, timezone }: TriggerOf<'schedule'>, path: JsonPath): readonly Finding[] {
  const found = [...wrongZone(timezone, [...path, 'timezone'], 'invalid_value', ['org'])];
  if ((cron === undefined) === (every === undefined)) {
    const what = `needs exactly one of cron and every, and has ${cron === undefined ? 'neither' : 'both'}`;
    found.push({ code: 'invalid_value', path, what });
  }
  const wrongCron = cron === undefined ? null : checkCron(cron);
  if (wrongCron !== null)
    found.push({ code: 'invalid_value', path: [...path, 'cron'], what: `cannot be used: ${wrongCron}` });
  const wrongEvery = every === undefined ? null : checkEvery(every);
  if (wrongEvery !== null)
    found.push({ code: 'invalid_value', path: [...path, 'every'], what: `cannot be used: ${wrongEvery}` });
  return found;
}

/** RFC 9110: a header's name is a token. */
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

function checkWebhook({ verify, respond }: TriggerOf<'webhook'>, path: JsonPath): readonly Finding[] {
  const found: Finding[] = [];
  if (typeof respond === 'object' && respond.type === 'result') {
    found.push(...wrongLength(respond.timeout, [...path, 'respond', 'timeout']));
  }
  if (typeof verify !== 'object') return found;
  if (verify.type === 'hmac' || verify.type === 'standard-webhooks') {
    found.push(...wrongLength(verify.tolerance, [...path, 'verify', 'tolerance']));
  }
  if (verify.type !== 'hmac') return found;
  for (const key of ['header', 'timestampHeader'] as const) {
    const name = verify[key];
    if (name === undefined || HEADER_NAME.test(name)) continue;
    const what = `must be the name of a header such as X-Signature, not '${name}'`;
    found.push({ code: 'invalid_value', path: [...path, 'verify', key], what });
  }
  return found;
}

function checkForm({ form = [] }: TriggerOf<'manual'>, path: JsonPath): readonly Finding[] {
  const seen = new Set<string>();
  return form.flatMap((field, index) => {
    const at: JsonPath = [...path, 'form', index];
    const found: Finding[] = [];
    if (seen.has(field.name)) {
      found.push({
        code: 'invalid_value',
        path: [...at, 'name'],
        what: `'${field.name}' is the name of another field`,
      });
    }
    seen.add(field.name);
    if (field.type === 'choice' && (field.options ?? []).length === 0) {
      found.push({
        code: 'invalid_value',
        path: [...at, 'options'],
        what: 'is missing; a choice needs options to choose from',
      });
    }
    return found;
  });
}
