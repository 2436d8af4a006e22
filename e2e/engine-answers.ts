/** The table that Node and a browser both answer: each case is one question to the engine, its answer plain data. */
import type { ActionFacts } from '@mainspring/engine/definition/catalogue.ts';
import { isLinearForm, linearToGraph } from '@mainspring/engine/definition/linear.ts';
import { parseDefinition } from '@mainspring/engine/definition/parse.ts';
import { validateDefinition } from '@mainspring/engine/definition/validate.ts';
import { checkExpression } from '@mainspring/engine/expression/check-expression.ts';
import { checkTemplate } from '@mainspring/engine/expression/check-template.ts';
import { evaluateExpression } from '@mainspring/engine/expression/evaluate-expression.ts';
import type { Names } from '@mainspring/engine/expression/names.ts';
import { renderTemplate } from '@mainspring/engine/expression/render-template.ts';
import { resolveValue } from '@mainspring/engine/expression/resolve-value.ts';
import type { Json, JsonObject } from '@mainspring/engine/json.ts';
import { backoffDelayMs, seededRandom } from '@mainspring/engine/schedule/backoff.ts';
import { nextOpen, quietUntil } from '@mainspring/engine/schedule/business-hours.ts';
import { checkCron } from '@mainspring/engine/schedule/cron.ts';
import { parseInstant } from '@mainspring/engine/schedule/date-time.ts';
import { addDuration } from '@mainspring/engine/schedule/duration.ts';
import { nextTick, type ScheduleRule } from '@mainspring/engine/schedule/ticks.ts';
import { isZone, nextTransition, offsetMs } from '@mainspring/engine/schedule/zone.ts';
import { simulate } from '@mainspring/engine/simulate/simulate.ts';
import type { DryAnswer } from '@mainspring/engine/simulate/simulation.ts';
import * as table from './engine-table.ts';

/** `input` is what the run of the document sees as its event's data. */
type Document = { readonly name: string; readonly document: Json; readonly input: Json };

/** What the browser cannot read from files by itself. */
export type Given = { readonly documents: readonly Document[]; readonly actions: readonly ActionFacts[] };

export type Answer = { readonly name: string; readonly answer: string };

/** Each answer as JSON text; what is thrown counts as an answer too, by its name, code and message. */
export function engineAnswers(given: Given): readonly Answer[] {
  return cases(given).map(({ name, run }) => ({ name, answer: JSON.stringify(outcome(run)) }));
}

type Case = { readonly name: string; readonly run: () => unknown };

function cases(given: Given): readonly Case[] {
  return [
    ...table.EXPRESSIONS.map((source) => ({ name: `CEL ${source}`, run: () => evaluateExpression(source, NAMES) })),
    ...table.TEMPLATES.map((source) => ({ name: `Liquid ${source}`, run: () => renderTemplate(source, NAMES) })),
    ...table.COSTLY.map(({ name, source }) => ({ name, run: () => evaluateExpression(source, NAMES) })),
    ...table.VALUES.map((value) => ({
      name: `value ${JSON.stringify(value)}`,
      run: () => resolveValue(value, NAMES),
    })),
    ...table.CHECKED_EXPRESSIONS.map((source) => ({
      name: `check CEL ${source}`,
      run: () => checkExpression(source, table.TYPES),
    })),
    ...table.CHECKED_TEMPLATES.map((source) => ({
      name: `check Liquid ${source}`,
      run: () => checkTemplate(source, table.TYPES),
    })),
    ...scheduleCases(),
    ...table.UNUSABLE.map((document, index) => ({
      name: `refused document ${index + 1}`,
      run: () => parseDefinition(document),
    })),
    ...table.LINEAR.map((document, index) => ({
      name: `linear document ${index + 1}`,
      run: () => [isLinearForm(document), linearToGraph(document)],
    })),
    ...given.documents.flatMap((document) => documentCases(document, given.actions)),
  ];
}

const NAMES: Names = table.NAMES;

function scheduleCases(): readonly Case[] {
  const ticks = (rule: ScheduleRule) => {
    const found: (number | null)[] = [];
    for (let at: number | null = table.FROM; at !== null && found.length < 40; at = nextTick(rule, at)) found.push(at);
    return found;
  };
  return [
    ...table.ZONES.map((zone) => ({ name: `clock changes of ${zone}`, run: () => clockChanges(zone) })),
    ...table.ZONES.flatMap((zone) =>
      table.CRONS.map((cron) => ({ name: `cron ${cron} in ${zone}`, run: () => ticks({ kind: 'cron', cron, zone }) })),
    ),
    ...table.ZONES.flatMap((zone) =>
      table.EVERY.map((every) => ({
        name: `every ${every} in ${zone}`,
        run: () => ticks({ kind: 'every', every, zone, anchor: table.FROM }),
      })),
    ),
    ...table.WRONG_CRONS.map((cron) => ({ name: `wrong cron ${cron}`, run: () => checkCron(cron) })),
    ...table.INSTANTS.map((text) => ({ name: `instant ${text}`, run: () => parseInstant(text, 'Europe/Berlin') })),
    ...table.DURATIONS.map((duration) => ({
      name: `add ${duration}`,
      run: () => table.ZONES.map((zone) => addDuration(table.BEFORE_GAP, duration, zone)),
    })),
    ...table.ZONES.map((zone) => ({ name: `hours in ${zone}`, run: () => openHours(zone) })),
    { name: 'zone names', run: () => table.ZONE_NAMES.map((name) => [name, isZone(name)]) },
    { name: 'seeded randomness', run: () => table.SEEDS.map(seededRandom) },
    { name: 'backoff', run: () => table.SEEDS.map((seed) => backoffs(seededRandom(seed))) },
  ];
}

/** Years that are over, lest a change of law makes Node and browser differ by their age. */
function clockChanges(zone: string): readonly Json[] {
  const changes: Json[] = [];
  for (let at = nextTransition(table.FROM, zone); at !== null && at < table.UNTIL; at = nextTransition(at, zone)) {
    changes.push([at, offsetMs(at - 1, zone), offsetMs(at, zone)]);
  }
  return changes;
}

function openHours(zone: string): readonly (number | null)[] {
  const hours = { from: '09:00', to: '17:30', holidays: ['2024-12-25', '2024-12-26'] };
  return table.MOMENTS.flatMap((at) => [
    nextOpen(hours, zone, at),
    quietUntil({ from: '22:00', to: '07:00' }, zone, at),
  ]);
}

function backoffs(random: number): readonly (number | null)[] {
  const retry = { attempts: 8, backoff: 'exponential', initial: 'PT1S', max: 'PT1M' } as const;
  return [1, 2, 3, 5, 7, 8].map((attempt) => backoffDelayMs({ retry, attempt, random }));
}

function documentCases({ name, document, input }: Document, facts: readonly ActionFacts[]): readonly Case[] {
  const catalogue = { find: (type: string) => facts.find((each) => each.type === type) };
  const read = () => {
    const parsed = parseDefinition(document);
    if (!parsed.ok) throw new Error(`${name} cannot be read: ${JSON.stringify(parsed.problems)}`);
    return parsed.definition;
  };
  const broken = () => ({ ...read(), nodes: read().nodes.map((node) => ({ ...node, input: table.WRONG_INPUT })) });
  const clients = [{ id: 'c1', first_name: 'Ann' }, { id: 'c2', first_name: 'Bo' }, null];
  return [
    { name: `${name} as it is read`, run: () => parseDefinition(document) },
    { name: `${name} as it is checked`, run: () => validateDefinition(read(), { actions: catalogue }) },
    { name: `${name} with wrong inputs`, run: () => validateDefinition(broken(), { actions: catalogue }) },
    {
      name: `${name} simulated`,
      run: () =>
        simulate({
          definition: read(),
          catalogue,
          perform,
          event: { data: input },
          clients,
          from: table.MOMENTS[0] ?? 0,
        }),
    },
  ];
}

/** Stands for the actions, which live elsewhere: enough for every example to go on. */
function perform(type: string, input: Json): DryAnswer {
  const given = input as JsonObject;
  const output = table.ACTION_ANSWERS[type] ?? given.value ?? given.text ?? given.items ?? null;
  return { kind: 'done', output, summary: type };
}

function outcome(run: () => unknown): unknown {
  try {
    return { value: run() };
  } catch (error) {
    const { name, message, code } = error as Error & { readonly code?: string };
    return { threw: { name, message, code } };
  }
}
