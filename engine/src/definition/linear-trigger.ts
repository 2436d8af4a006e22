/** What starts a linear workflow, and the settings that hold for all of it. */

import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { type DataRoot, filtersToExpression } from './linear-condition.ts';
import { durationOfMs } from './linear-time.ts';
import { plainText } from './plain-text.ts';

export type LinearTrigger = {
  /** Without its id and `where`. */
  readonly trigger: JsonObject;
  /** The trigger's own filters; null where they cannot be read. */
  readonly where: string | null;
  readonly root: DataRoot;
};

const KINDS: Readonly<Record<string, 'event' | 'schedule' | 'webhook' | 'manual' | 'form' | 'email'>> = {
  ...{ event: 'event', schedule: 'schedule', scheduled: 'schedule', cron: 'schedule', webhook: 'webhook' },
  ...{ manual: 'manual', form: 'form', form_submit: 'form', form_submitted: 'form', form_submission: 'form' },
  ...{ email: 'email', email_received: 'email' },
};

/** Reads `trigger` (an object, or the bare name of an event) or `trigger_type`. Null where there is none. */
export function readTrigger(document: JsonObject): LinearTrigger | null {
  const given = document.trigger ?? document.trigger_type ?? document.triggerType ?? document.on;
  const config = document.trigger_config ?? document.triggerConfig;
  const fields: JsonObject = isJsonObject(given)
    ? { ...(isJsonObject(given.config) && given.config), ...given }
    : { type: given ?? null, ...(isJsonObject(config) && config) };
  if (typeof fields.type !== 'string' && typeof fields.event !== 'string') return null;
  const name = plainText(fields.type ?? 'event').trim();
  const kind = Object.hasOwn(KINDS, name.toLowerCase()) ? KINDS[name.toLowerCase()] : undefined;
  const trigger = toTrigger(kind, name, fields);
  const root: DataRoot = trigger.type === 'webhook' ? 'event.data.body' : 'event.data';
  return { trigger, root, where: filtersToExpression(fields.filters ?? fields.filter ?? fields.conditions, root) };
}

/** The settings of the briefs under the names of the format. Times there are seconds and milliseconds. */
export function readSettings(settings: Json | undefined): JsonObject {
  if (!isJsonObject(settings)) return {};
  const { maxExecutionTime, concurrentExecutions, errorHandling, notifications, timezone } = settings;
  const maxDuration =
    typeof maxExecutionTime === 'number' && maxExecutionTime > 0 ? durationOfMs(maxExecutionTime * 1000) : null;
  return {
    ...(maxDuration !== null && { maxDuration }),
    ...(typeof concurrentExecutions === 'number' && concurrentExecutions > 0 && { concurrency: concurrentExecutions }),
    ...(typeof errorHandling === 'string' && { onError: errorHandling }),
    ...(typeof timezone === 'string' && { timezone }),
    ...(isJsonObject(notifications) && { notify: notifyOf(notifications) }),
  };
}

function toTrigger(kind: (typeof KINDS)[string] | undefined, name: string, fields: JsonObject): JsonObject {
  switch (kind) {
    case undefined:
      return { type: 'event', event: eventName(name) };
    case 'event':
      return { type: 'event', event: eventName(plainText(fields.event ?? fields.eventName ?? fields.eventType ?? '')) };
    case 'schedule':
      return scheduleOf(fields);
    case 'webhook':
    case 'manual':
    case 'form':
    case 'email':
      return { type: kind };
  }
}

function scheduleOf(fields: JsonObject): JsonObject {
  const nested = isJsonObject(fields.schedule) ? fields.schedule : {};
  const text = fields.cron ?? nested.cron ?? fields.cronExpression ?? fields.schedule ?? nested.every ?? fields.every;
  const timezone = fields.timezone ?? nested.timezone;
  const rule = typeof text === 'string' ? text.trim() : '';
  return {
    type: 'schedule',
    ...(rule.startsWith('P') ? { every: rule } : { cron: withoutSeconds(rule) }),
    ...(typeof timezone === 'string' && { timezone }),
  };
}

/** Some cron libraries put seconds first; a pattern for second 0 means the same without them. */
function withoutSeconds(cron: string): string {
  const fields = cron.split(/\s+/);
  return fields.length === 6 && fields[0] === '0' ? fields.slice(1).join(' ') : cron;
}

/** Names such as `payment_received` stay as they are: it is what the sender calls its event. */
function eventName(name: string): string {
  return name.trim().replace(/[\s:/-]+/g, '_');
}

function notifyOf({ onSuccess, onError, onFailure, recipients }: JsonObject): JsonObject {
  const failure = onFailure ?? onError;
  return {
    ...(typeof onSuccess === 'boolean' && { onSuccess }),
    ...(typeof failure === 'boolean' && { onFailure: failure }),
    ...(Array.isArray(recipients) && { recipients }),
  };
}
