import type { JsonObject } from '@mainspring/engine/json.ts';
import type { SimulationResult, TimelineEntry } from '@mainspring/engine/simulate/simulation.ts';
import { printable } from './print-trace.ts';
import type { Terminal } from './terminal.ts';

const KIND_COLUMNS = 8;
const NODE_COLUMNS = 16;
const DETAIL_CHARS = 100;

/** One line for each entry, in order of time (UTC), and one for each end. */
export function printTimeline({ timeline, ends, truncated }: SimulationResult, terminal: Terminal): void {
  for (const entry of timeline) terminal.line(printable(entryLine(entry)).trimEnd());
  if (truncated) terminal.line('... more happens than is shown here');
  for (const end of ends) {
    const why = end.error === null ? '' : `: ${end.error.message}`;
    terminal.line(
      printable(`${end.status} at ${end.at} after ${end.steps} ${end.steps === 1 ? 'step' : 'steps'}${why}`),
    );
  }
}

function entryLine({ at, kind, nodeId, detail }: TimelineEntry): string {
  return [at, kind.padEnd(KIND_COLUMNS), (nodeId ?? '').padEnd(NODE_COLUMNS), detailText(kind, detail)].join('  ');
}

function detailText(kind: TimelineEntry['kind'], detail: JsonObject): string {
  switch (kind) {
    case 'started':
    case 'finished':
      return '';
    case 'wait':
      return detail.dueAt === null ? `for ${detail.reason}` : `until ${detail.dueAt} (${detail.reason})`;
    case 'parked':
      return String(detail.message);
    case 'failed': {
      const { code, message } = detail.error as { readonly code: string; readonly message: string };
      return cut(`${code}: ${message}`);
    }
    case 'step':
    case 'message':
    case 'call':
    case 'woke': {
      const port = detail.port === 'next' || detail.port === null ? '' : `-> ${detail.port}`;
      const text = detail.summary ?? (detail.output === null ? '' : JSON.stringify(detail.output));
      return cut([port, text].filter((part) => part !== '' && part !== undefined).join('  '));
    }
  }
}

function cut(text: string): string {
  return text.length <= DETAIL_CHARS ? text : `${text.slice(0, DETAIL_CHARS - 3)}...`;
}
