/** A run as lines of text: one for each step as it ends or begins to wait, one for the end. */
import { isJsonObject, type Json } from '@mainspring/engine/json.ts';
import type { StepStatus } from '@mainspring/engine/run/run.ts';
import type { Terminal } from './terminal.ts';

/** The part of a step that a trace shows. Times are ISO 8601. */
export type TraceStep = {
  readonly id: string;
  readonly nodeId: string;
  readonly attempt: number;
  readonly status: StepStatus;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly dueAt: string | null;
  readonly output: Json;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly port: string | null;
};

export type TraceEnd = {
  readonly status: string;
  readonly error: { readonly code: string; readonly message: string; readonly nodeId: string | null } | null;
};

type Options = {
  readonly terminal: Terminal;
  /** Type of a node, by its id. */
  readonly typeOf: (nodeId: string) => string;
  /** For telling a wait of today from one of another day. */
  readonly now: () => Date;
};

type Sign = { readonly rich: string; readonly plain: string; readonly colour: number };

const SIGNS: { readonly [status in StepStatus]: Sign } = {
  running: { rich: '▸', plain: 'run ', colour: 36 },
  waiting: { rich: '…', plain: 'wait', colour: 33 },
  completed: { rich: '✓', plain: 'ok  ', colour: 32 },
  failed: { rich: '✗', plain: 'FAIL', colour: 31 },
  skipped: { rich: '–', plain: 'skip', colour: 90 },
  parked: { rich: '‖', plain: 'park', colour: 35 },
  compensated: { rich: '↩', plain: 'undo', colour: 35 },
};

const NAME_COLUMNS = 16;
const TYPE_COLUMNS = 20;
const RESULT_CHARS = 80;

/**
 * Prints each state of each step once, however often it is shown the same steps. Steps that merely run are left out:
 * they are printed when something comes of them.
 */
export function createTracePrinter({ terminal, typeOf, now }: Options): {
  readonly steps: (steps: readonly TraceStep[]) => void;
  readonly end: (end: TraceEnd) => void;
} {
  const printed = new Map<string, string>();
  return {
    steps: (steps) => {
      for (const step of steps) {
        const state = `${step.status} ${step.attempt} ${step.dueAt}`;
        if (step.status === 'running' || printed.get(step.id) === state) continue;
        printed.set(step.id, state);
        terminal.line(stepLine(step, { type: typeOf(step.nodeId), rich: terminal.rich, now: now() }));
      }
    },
    end: (end) => terminal.line(endLine(end, terminal.rich)),
  };
}

/** `✓ welcome  email.send  0.3s  → messageId <1@host>` */
export function stepLine(step: TraceStep, view: View): string {
  const took = tookOf(step).padStart(7);
  const columns = [step.id.padEnd(NAME_COLUMNS), view.type.padEnd(TYPE_COLUMNS), took, outcome(step, view)];
  return `${sign(SIGNS[step.status], view.rich)} ${columns.join('  ').trimEnd()}`;
}

function endLine(end: TraceEnd, rich: boolean): string {
  const failed = end.status !== 'completed';
  const why = end.error === null ? '' : `: ${end.error.message}`;
  const text = `run ${end.status}${end.error?.nodeId ? ` at ${end.error.nodeId}` : ''}${printable(why)}`;
  return rich ? paint(failed ? 31 : 32, text) : text;
}

type View = { readonly type: string; readonly rich: boolean; readonly now: Date };

function outcome(step: TraceStep, view: View): string {
  const arrow = view.rich ? '→' : '->';
  switch (step.status) {
    case 'waiting':
      return waitText(step, view.now);
    case 'failed':
    case 'parked':
      return step.error === null ? '' : printable(`${step.error.code}: ${step.error.message}`);
    case 'completed': {
      const port = step.port === null || step.port === 'next' ? [] : [`${arrow} ${step.port}`];
      const error = step.error === null ? [] : [printable(`${step.error.code}: ${step.error.message}`)];
      const result = resultText(step.output);
      return [...error, ...port, ...(result === '' ? [] : [`${arrow} ${result}`])].join('  ');
    }
    case 'running':
    case 'skipped':
    case 'compensated':
      return '';
  }
}

function waitText(step: TraceStep, now: Date): string {
  const failed = step.error === null ? '' : `attempt ${step.attempt} failed (${printable(step.error.message)}); `;
  const until = step.dueAt === null ? 'wait for an event' : `wait until ${localTime(step.dueAt, now)}`;
  return failed + until;
}

/** `messageId <1@host>` of an object with one short field, `201 {…}` of an answer over HTTP; else compact JSON, cut. */
function resultText(output: Json): string {
  if (output === null) return '';
  const fields = isJsonObject(output) ? Object.entries(output) : [];
  if (isJsonObject(output) && fields.map(([name]) => name).join() === 'status,headers,body') {
    return cut(printable(`${output.status} ${JSON.stringify(output.body)}`));
  }
  const [first] = fields;
  const isPlain = first !== undefined && fields.length === 1 && (typeof first[1] !== 'object' || first[1] === null);
  const text = isPlain ? `${first[0]} ${first[1]}` : JSON.stringify(output);
  return cut(printable(text));
}

function tookOf(step: TraceStep): string {
  if (step.finishedAt === null) return '';
  const ms = Date.parse(step.finishedAt) - Date.parse(step.startedAt);
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)}s`;
  if (ms < 3_600_000) return `${(ms / 60_000).toFixed(1)}min`;
  return `${(ms / 3_600_000).toFixed(1)}h`;
}

/** The time of day, with the date where that is not today's. */
function localTime(iso: string, now: Date): string {
  const at = new Date(iso);
  const two = (value: number): string => String(value).padStart(2, '0');
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  const isToday = at.toDateString() === now.toDateString();
  return isToday ? time : `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${time}`;
}

/** What came from outside must not steer the terminal: control characters are shown, not sent. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function cut(text: string): string {
  return text.length <= RESULT_CHARS ? text : `${text.slice(0, RESULT_CHARS - 3)}...`;
}

function sign({ rich: richSign, plain, colour }: Sign, rich: boolean): string {
  return rich ? paint(colour, richSign) : plain;
}

function paint(colour: number, text: string): string {
  return `\u001b[${colour}m${text}\u001b[0m`;
}
