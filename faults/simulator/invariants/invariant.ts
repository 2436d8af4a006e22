import type { Commit } from '../database/server.ts';
import type { Site } from '../site.ts';
import type { Call } from '../world/service.ts';

/** A promise of the product, watched from outside: what is committed, what is called, what is answered. */
export type Invariant = {
  /** A commit has just become visible to all. */
  readonly onCommit?: (commit: Commit) => void;
  readonly onCall?: (call: Call) => void;
  /** The process has its answer. */
  readonly onSettled?: (call: Call) => void;
  readonly onRefused?: (key: string) => void;
  readonly onDone?: (call: Call) => void;
  /** A person asked for something that may repeat what a run did: an unknown step, or all that failed. */
  readonly onRepeatAllowed?: (runId: string, what: 'step' | 'run') => void;
  /** A sender has its 2xx. */
  readonly onAccepted?: (accepted: AcceptedEvent) => void;
  /** Faults have stopped and nothing is left to do. */
  readonly atEnd?: () => void;
};

export type AcceptedEvent = {
  readonly key: string | null;
  readonly subject: string | null;
  readonly eventId: string;
  readonly runIds: readonly string[];
};

export type Watch = {
  readonly site: Site;
  /** Says that the promise is broken. */
  readonly fail: (what: string) => void;
};

export type Violation = { readonly invariant: string; readonly what: string; readonly atMs: number };

export type CreateInvariant = (watch: Watch) => Invariant;
