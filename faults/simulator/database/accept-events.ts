/** See app/runtime/sql/accept-events.ts and offer-past-events.ts. */
import type { Fact } from '@mainspring/engine/run/event.ts';
import type { AcceptOutcome, EventRow, RunRow } from '../../../app/runtime/sql/accept-events.ts';
import type { WaitRow } from '../../../app/runtime/work/journal-rows.ts';
import { offer, wake } from './messages.ts';
import type { Statement, View } from './server.ts';
import type { Tables } from './tables.ts';

export function acceptEvents(
  tables: Tables,
  events: readonly EventRow[],
  runs: readonly RunRow[],
): Statement<readonly AcceptOutcome[]> {
  return (view) => {
    const outcomes: AcceptOutcome[] = [];
    const keys = new Set<string>();
    const admitted: EventRow[] = [];
    for (const event of events) {
      const outcome = admit(view, tables, event, keys);
      outcomes.push({ id: event.id, outcome });
      if (outcome === 'accepted') admitted.push(event);
    }
    for (const event of admitted) store(view, tables, event);
    for (const run of runs) {
      const event = admitted.find(({ id }) => id === run.event_id);
      if (event !== undefined) start(view, tables, event, run);
    }
    wake(view, tables, new Set(admitted.flatMap((event) => offerToWaits(view, tables, event))));
    return outcomes;
  };
}

function admit(view: View, tables: Tables, event: EventRow, keys: Set<string>): AcceptOutcome['outcome'] {
  const current = view.get(tables.revisions, event.org_id);
  if (current === undefined) return 'stale';
  // The count that its snapshot saw, before it waited for whoever was changing the row.
  const seen = view.memo.get(event.org_id) ?? current.waits;
  view.memo.set(event.org_id, seen);
  view.lock(tables.revisions, event.org_id, 'share');
  if (current.revision !== event.revision || current.waits !== seen) return 'stale';
  if (event.key_hash === null) return 'accepted';
  const key = `${event.org_id}/${event.key_hash}`;
  // Inserted by another transaction that has not ended: this one waits for it.
  view.lock(tables.eventKeys, key, 'update');
  if (keys.has(key) || view.get(tables.eventKeys, key) !== undefined) return 'duplicate';
  keys.add(key);
  view.put(tables.eventKeys, key, { event_id: event.id, run_ids: event.run_ids });
  return 'accepted';
}

function factOf(view: View, event: EventRow): Fact {
  const { type, data } = event;
  return { type, data: data as Fact['data'], time: event.occurred_at ?? new Date(view.nowMs).toISOString() };
}

function store(view: View, tables: Tables, event: EventRow): void {
  const { type, data, time } = factOf(view, event);
  view.put(tables.events, event.id, { id: event.id, type, data, time, received_ms: view.nowMs });
}

function start(view: View, tables: Tables, event: EventRow, run: RunRow): void {
  view.put(tables.runs, run.id, {
    org_id: event.org_id,
    id: run.id,
    workflow_id: run.workflow_id,
    version: run.version,
    trigger_id: run.trigger_id,
    event_id: event.id,
    event: factOf(view, event),
    subject_id: event.subject_id,
    status: 'queued',
    state: null,
    due_ms: view.nowMs + (run.delay_ms ?? 0),
    worker_id: null,
    token: 0,
    wake: 0,
    claims: 0,
    order_key: run.order_key ?? null,
    seq: view.nextNumber(),
    concurrency: run.concurrency ?? null,
    depth: event.depth,
    parent_run_id: run.parent_run_id ?? null,
    parent_step: run.parent_step ?? null,
    parent_attempt: run.parent_attempt ?? null,
    parked: null,
    started_ms: view.nowMs,
  });
}

function offerToWaits(view: View, tables: Tables, event: EventRow): readonly string[] {
  const waits = view
    .all(tables.waits)
    .map(([, wait]) => wait)
    .filter((wait) => event.names.includes(wait.event))
    .filter(({ match }) => match === null || event.match_keys.includes(match) || event.match_keys.includes('*'));
  for (const wait of waits) offer(view, tables, wait, factOf(view, event));
  return waits.map((wait) => wait.run_id);
}

const MOST_OFFERED = 100;

export function offerPastEvents(tables: Tables, waits: readonly WaitRow[]): Statement<void> {
  return (view) => {
    const offered = waits.flatMap((wait) => {
      const sinceMs = Date.parse(wait.since);
      const found = view
        .all(tables.events)
        .map(([, event]) => event)
        .filter((event) => event.received_ms >= sinceMs && isNamed(wait, event.type))
        .filter(({ data }) => wait.needle === null || JSON.stringify(data).includes(wait.needle))
        .sort((one, other) => one.received_ms - other.received_ms)
        .slice(-MOST_OFFERED);
      for (const { type, data, time } of found) offer(view, tables, wait, { type, data, time });
      return found.length > 0 ? [wait.run_id] : [];
    });
    wake(view, tables, new Set(offered));
  };
}

function isNamed(wait: WaitRow, type: string): boolean {
  return type === wait.name || (wait.prefix !== null && type.startsWith(wait.prefix));
}
