import type { InjectedFault } from '../inject/inject-fault.ts';
import { WIDE_FAULTS } from '../plan/fault.ts';

/** Questions about what was broken when. */
export type Disturbances = {
  /** True where something broke, or was broken, for this process (or for everyone) between the two moments. */
  readonly hit: (process: string, from: number, to: number) => boolean;
  /** True where everyone was hit between the two moments. */
  readonly hitAll: (from: number, to: number) => boolean;
};

/** What a fault leaves behind lasts a little: connections are made again, leases taken anew. */
const AFTERMATH_MS = 2_000;
/** They hurt those who post, not those who work. */
const API_FAULTS = ['kill-api', 'drop-accept-answer'];

export function disturbancesOf(faults: readonly InjectedFault[]): Disturbances {
  const overlaps = (fault: InjectedFault, from: number, to: number) =>
    fault.startedAt <= to && fault.endedAt + AFTERMATH_MS >= from;
  const isWide = (fault: InjectedFault) =>
    WIDE_FAULTS.some((kind) => kind === fault.kind) && !API_FAULTS.includes(fault.kind);
  const wide = faults.filter(isWide);
  return {
    hit: (process, from, to) =>
      faults.some((fault) => (fault.target === process || isWide(fault)) && overlaps(fault, from, to)),
    hitAll: (from, to) => wide.some((fault) => overlaps(fault, from, to)),
  };
}

/** `worker-a` of `worker-a/3`. */
export function processOf(life: string): string {
  return life.split('/')[0] ?? life;
}
