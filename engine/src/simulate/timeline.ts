import type { Json, JsonObject } from '../json.ts';
import type { Plan } from '../run/plan.ts';
import type { StepRecord } from '../run/run.ts';
import type { DryAnswer, TimelineEntry, TimelineKind } from './simulation.ts';

/** Whose entries these are. */
export type Voice = {
  readonly plan: Plan;
  readonly clientId: string | undefined;
  /** Set for child runs. */
  readonly workflowId: string | undefined;
};

export type Timeline = {
  readonly add: (voice: Voice, at: number, kind: TimelineKind, nodeId: string | null, detail: JsonObject) => void;
  readonly entries: readonly TimelineEntry[];
  readonly isTruncated: () => boolean;
};

/** Keeps the first `maxEntries`. */
export function createTimeline(maxEntries: number): Timeline {
  const entries: TimelineEntry[] = [];
  let truncated = false;
  return {
    entries,
    isTruncated: () => truncated,
    add: ({ clientId, workflowId }, at, kind, nodeId, detail) => {
      if (entries.length >= maxEntries) {
        truncated = true;
        return;
      }
      entries.push({
        at: new Date(at).toISOString(),
        kind,
        nodeId,
        ...(clientId !== undefined && { clientId }),
        detail: workflowId === undefined ? detail : { ...detail, workflowId },
      });
    },
  };
}

/** What the dry run said of a step's last attempt. */
export type Said = Extract<DryAnswer, { kind: 'done' }>;

/** The entry for a step as it was recorded; null for what no one asks about. `before` is its last recorded status. */
export function stepEntry(
  plan: Plan,
  record: StepRecord,
  before: StepRecord['status'] | undefined,
  said: Said | undefined,
): { readonly kind: TimelineKind; readonly detail: JsonObject } | null {
  const { key: step, output, port } = record;
  switch (record.status) {
    case 'waiting':
      return { kind: 'wait', detail: { step, dueAt: isoOrNull(record.dueAt), reason: waitReason(plan, record) } };
    case 'completed': {
      if (before === 'waiting') return { kind: 'woke', detail: { step, output, port } };
      const detail = { step, input: record.input, output, port, ...(said && summaryOf(said)) };
      return { kind: kindOfWork(plan, record.nodeId), detail };
    }
    case 'compensated':
      return { kind: 'step', detail: { step, compensated: true } };
    case 'failed':
      return { kind: 'failed', detail: { step, error: record.error as Json, port } };
    case 'running':
    case 'skipped':
    case 'parked':
      return null;
  }
}

const MESSAGE_FAMILIES: readonly string[] = ['email', 'sms', 'whatsapp', 'push', 'notification', 'message'];

function kindOfWork(plan: Plan, nodeId: string): TimelineKind {
  const node = plan.nodes.get(nodeId);
  if (node?.work.kind !== 'action') return 'step';
  if (MESSAGE_FAMILIES.includes(node.node.type.split('.')[0] ?? '')) return 'message';
  return node.work.facts.effect === 'external' ? 'call' : 'step';
}

function waitReason(plan: Plan, record: StepRecord): string {
  if (record.error !== null) return 'retry';
  switch (plan.nodes.get(record.nodeId)?.node.type) {
    case 'flow.wait_for_event':
      return 'event';
    case 'flow.workflow':
      return 'workflow';
    default:
      return 'delay';
  }
}

function summaryOf({ summary, detail }: Said): JsonObject {
  return { summary, ...(detail !== undefined && { detail }) };
}

function isoOrNull(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
