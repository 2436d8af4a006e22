/** What the suite breaks. Times are milliseconds since the load began. */
export const WORKERS = ['worker-a', 'worker-b', 'worker-c'] as const;
export type WorkerName = (typeof WORKERS)[number];
export const API = 'api' as const;
export type ProcessName = WorkerName | typeof API;

/** Faults of one worker, or of its way to the database. */
export const WORKER_FAULTS = [
  'kill-worker',
  'freeze-worker',
  'block-event-loop',
  'skew-clock',
  'cut-database',
  'blackhole-database',
  'delay-database',
  'drop-commit-answer',
  'link-down',
] as const;
/** Faults that everyone feels. */
export const WIDE_FAULTS = [
  'kill-api',
  'drop-accept-answer',
  'stop-postgres',
  'terminate-backends',
  'exhaust-connections',
  'fill-disk',
] as const;

export type WorkerFaultKind = (typeof WORKER_FAULTS)[number];
export type WideFaultKind = (typeof WIDE_FAULTS)[number];
export type FaultKind = WorkerFaultKind | WideFaultKind;
export const FAULT_KINDS: readonly FaultKind[] = [...WORKER_FAULTS, ...WIDE_FAULTS];

export type Fault = {
  readonly n: number;
  readonly kind: FaultKind;
  /** Whom it hits; `everyone` for PostgreSQL and its disk. */
  readonly target: ProcessName | 'everyone';
  readonly atMs: number;
  /** How long it lasts: until the process is started again, the connection mended, the clock set right. */
  readonly forMs: number;
};
