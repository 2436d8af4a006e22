/**
 * Asks the gates of each start, in the transaction that stores the event.
 *
 * G1  Whoever asks a gate holds its advisory lock until the transaction ends: two events cannot pass as one.
 * G2  Locks are taken in the order of their keys, so that events never wait for each other in a ring.
 * G3  A refused start leaves no trace in any gate: rates are counted last, after the gates that only look.
 */
import { addDuration, longestMs } from '@mainspring/engine/schedule/duration.ts';
import type pg from 'pg';
import type { OrganizationDeployments } from '../deployments/deployments.ts';
import type { Intake, TriggerDecision } from '../public.ts';
import type { Gate, Start } from './route-event.ts';

export type GatedStart = {
  readonly start: Start;
  readonly runId: string;
  readonly delayMs: number;
  readonly debounceKey: string | null;
  readonly outcome: 'started' | 'delayed' | 'debounced';
  /** True where the event took the place of an earlier one in a run that had not begun. */
  readonly replaces: boolean;
};

type Request = {
  readonly organization: OrganizationDeployments;
  readonly intake: Intake;
  readonly starts: readonly Start[];
  readonly newId: () => string;
};

type Verdict =
  | {
      readonly kind: 'pass';
      readonly delayMs: number;
      readonly debounceKey: string | null;
      readonly runId: string | null;
    }
  | { readonly kind: 'refuse'; readonly outcome: TriggerDecision['outcome']; readonly detail: string };

export async function passGates(
  client: pg.PoolClient,
  request: Request,
): Promise<{ starts: readonly GatedStart[]; refused: readonly TriggerDecision[] }> {
  await lockGates(client, request);
  const starts: GatedStart[] = [];
  const refused: TriggerDecision[] = [];
  for (const start of request.starts) {
    const newRunId = request.newId();
    const verdict = await askAll(client, request, start, newRunId);
    if (verdict.kind === 'refuse') {
      refused.push({
        workflowId: start.deployment.workflowId,
        triggerId: start.trigger?.id ?? null,
        outcome: verdict.outcome,
        runId: null,
        detail: verdict.detail,
      });
      continue;
    }
    starts.push({
      start,
      runId: verdict.runId ?? newRunId,
      delayMs: verdict.delayMs,
      debounceKey: verdict.debounceKey,
      outcome: verdict.debounceKey !== null ? 'debounced' : verdict.delayMs > 0 ? 'delayed' : 'started',
      replaces: verdict.runId !== null,
    });
  }
  return { starts, refused };
}

async function lockGates(client: pg.PoolClient, request: Request): Promise<void> {
  const keys = request.starts.flatMap((start) => start.gates.map((gate) => lockKey(request, start, gate)));
  for (const key of [...new Set(keys)].sort()) {
    await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [key]);
  }
}

function lockKey(request: Request, start: Start, gate: Gate): string {
  const own = gate.kind === 'reentry' ? gate.subjectId : gate.key;
  return `${request.intake.organizationId}/${start.deployment.workflowId}/${gate.kind}/${own}`;
}

async function askAll(client: pg.PoolClient, request: Request, start: Start, runId: string): Promise<Verdict> {
  let verdict: Verdict = { kind: 'pass', delayMs: 0, debounceKey: null, runId: null };
  const ordered = [...start.gates].sort((a, b) => GATE_ORDER[a.kind] - GATE_ORDER[b.kind]);
  for (const gate of ordered) {
    const next = await ask(client, request, start, gate, runId);
    if (next.kind === 'refuse') return next;
    verdict = {
      kind: 'pass',
      delayMs: Math.max(verdict.delayMs, next.delayMs),
      debounceKey: next.debounceKey ?? verdict.debounceKey,
      runId: next.runId ?? verdict.runId,
    };
    // The event joined a run that was admitted before; it is not a start of its own.
    if (verdict.runId !== null) return verdict;
  }
  return verdict;
}

const GATE_ORDER: Readonly<Record<Gate['kind'], number>> = { debounce: 0, 'rate-limit': 1, reentry: 2, throttle: 3 };

async function ask(client: pg.PoolClient, request: Request, start: Start, gate: Gate, runId: string): Promise<Verdict> {
  switch (gate.kind) {
    case 'reentry':
      return askReentry(client, request, start, gate, runId);
    case 'debounce':
      return askDebounce(client, request, start, gate);
    case 'rate-limit':
      return askRateLimit(client, request, gate);
    case 'throttle':
      return askThrottle(client, request, gate);
  }
}

const PASS: Verdict = { kind: 'pass', delayMs: 0, debounceKey: null, runId: null };

async function askReentry(
  client: pg.PoolClient,
  request: Request,
  start: Start,
  gate: Extract<Gate, { kind: 'reentry' }>,
  runId: string,
): Promise<Verdict> {
  const key = [request.intake.organizationId, start.deployment.workflowId, gate.subjectId];
  if (gate.rule === 'while-not-active') {
    const { rowCount } = await client.query(
      'select 1 from runs where org_id = $1 and workflow_id = $2 and subject_id = $3 limit 1',
      key,
    );
    if (rowCount === 0) return PASS;
    return { kind: 'refuse', outcome: 'already_active', detail: 'A run for the same client is still under way.' };
  }
  const { rowCount } = await client.query(
    `insert into reentries (org_id, workflow_id, subject_id, run_id) values ($1, $2, $3, $4) on conflict do nothing`,
    [...key, runId],
  );
  if (rowCount === 1) return PASS;
  return { kind: 'refuse', outcome: 'already_entered', detail: 'This workflow runs once for each client.' };
}

/** The newest event replaces the one that waits, and the wait begins anew. */
async function askDebounce(
  client: pg.PoolClient,
  request: Request,
  start: Start,
  gate: Extract<Gate, { kind: 'debounce' }>,
): Promise<Verdict> {
  const { intake } = request;
  const delayMs = durationMs(gate.for);
  const { rows } = await client.query<{ id: string }>(
    `update runs set due_at = now() + $4 * interval '1 millisecond', subject_id = $5,
       event = json_build_object('type', $6::text, 'data', $7::json, 'time', coalesce($8::timestamptz, now()))
     where org_id = $1 and workflow_id = $2 and debounce_key = $3
       and status = 'queued' and worker_id is null and state is null
     returning id`,
    [
      intake.organizationId,
      start.deployment.workflowId,
      gate.key,
      delayMs,
      intake.subjectId,
      intake.type,
      JSON.stringify(intake.data),
      intake.time,
    ],
  );
  return { kind: 'pass', delayMs, debounceKey: gate.key, runId: rows[0]?.id ?? null };
}

async function askRateLimit(
  client: pg.PoolClient,
  request: Request,
  gate: Extract<Gate, { kind: 'rate-limit' }>,
): Promise<Verdict> {
  const spacing = durationMs(gate.per) / gate.limit;
  const { rowCount } = await client.query(
    `insert into rate_cells (org_id, key_hash, tat)
     values ($1, sha256(convert_to($2, 'utf8')), now() + $3 * interval '1 millisecond')
     on conflict (org_id, key_hash) do update
       set tat = greatest(rate_cells.tat, now()) + $3 * interval '1 millisecond'
       where greatest(rate_cells.tat, now()) + $3 * interval '1 millisecond' <= now() + $4 * interval '1 millisecond'`,
    [request.intake.organizationId, gate.key, spacing, durationMs(gate.per) + SLACK_MS],
  );
  if (rowCount === 1) return PASS;
  return {
    kind: 'refuse',
    outcome: 'rate_limited',
    detail: `More than ${gate.limit} in ${gate.per}; this one was left out.`,
  };
}

/** Times pass through the database with the precision of a microsecond. */
const SLACK_MS = 0.01;

/** Starts beyond the rate begin later, in their order. */
async function askThrottle(
  client: pg.PoolClient,
  request: Request,
  gate: Extract<Gate, { kind: 'throttle' }>,
): Promise<Verdict> {
  const per = durationMs(gate.per);
  const { rows } = await client.query<{ delay_ms: number }>(
    `insert into rate_cells (org_id, key_hash, tat)
     values ($1, sha256(convert_to($2, 'utf8')), now() + $3 * interval '1 millisecond')
     on conflict (org_id, key_hash) do update
       set tat = greatest(rate_cells.tat, now()) + $3 * interval '1 millisecond'
     returning greatest(0, extract(epoch from tat - now()) * 1000 - $4)::float8 as delay_ms`,
    [request.intake.organizationId, gate.key, per / gate.limit, per],
  );
  const delayMs = rows[0]?.delay_ms ?? 0;
  return { kind: 'pass', delayMs: delayMs <= SLACK_MS ? 0 : delayMs, debounceKey: null, runId: null };
}

/** Rates and debounces count exact time; a day is 24 hours here. */
function durationMs(duration: string): number {
  return Math.min(addDuration(0, duration, 'UTC'), longestMs(duration));
}
