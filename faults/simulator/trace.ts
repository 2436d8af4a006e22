/** The story of a world, line by line, for whoever replays it. */
import type { Commit } from './database/server.ts';
import type { Site, Trace } from './site.ts';

/** The product's log, as lines of the trace. */
export function createLog(trace: Trace): Site['log'] {
  const line = (level: string) => (facts: object, message: string) =>
    trace(() => {
      const { err, runId, ...rest } = facts as { err?: Error; runId?: string };
      return `[${level}] ${message} ${runId ?? ''} ${err?.message ?? ''} ${JSON.stringify(rest)}`;
    });
  const log = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
  return log as unknown as Site['log'];
}

export function commitLine({ by, changes }: Commit): string {
  const shown = changes
    .filter(({ table }) => table !== 'workers')
    .map(({ table, key, after }) => `${table}/${key} ${after === undefined ? 'gone' : brief(after)}`);
  return `${by} commits ${shown.join('; ') || 'its lease'}`;
}

const TOLD = [
  ...['status', 'worker_id', 'token', 'wake', 'due_ms', 'claims', 'parked'],
  ...['attempt', 'port', 'message', 'since_ms', 'received_ms'],
];

function brief(row: object): string {
  const facts = row as Record<string, unknown>;
  return JSON.stringify(Object.fromEntries(TOLD.flatMap((name) => (facts[name] == null ? [] : [[name, facts[name]]]))));
}
