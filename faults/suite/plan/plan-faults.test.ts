import { describe, expect, it } from 'vitest';
import { createRandom } from '../random.ts';
import { FAULT_KINDS, type Fault, WORKERS } from './fault.ts';
import { planFaults } from './plan-faults.ts';

const LEASE_MS = 3_000;
const LOAD_MS = 240_000;

function plan(seed: number): readonly Fault[] {
  return planFaults({ random: createRandom(seed), loadMs: LOAD_MS, leaseMs: LEASE_MS, kinds: FAULT_KINDS });
}

function overlap(one: Fault, other: Fault): boolean {
  return one.atMs < other.atMs + other.forMs && other.atMs < one.atMs + one.forMs;
}

describe('a plan of faults', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(plan(7)).toEqual(plan(7));
    expect(plan(7)).not.toEqual(plan(8));
  });

  it.each([1, 2, 3, 4, 5])('holds each kind, seed %i', (seed) => {
    expect([...new Set(plan(seed).map((fault) => fault.kind))].sort()).toEqual([...FAULT_KINDS].sort());
  });

  it.each([1, 2, 3, 4, 5])('never disturbs more than two workers at a time, seed %i', (seed) => {
    const faults = plan(seed).filter((fault) => WORKERS.some((worker) => worker === fault.target));
    for (const fault of faults) {
      const others = faults.filter((each) => each.n !== fault.n && each.atMs <= fault.atMs && overlap(each, fault));
      expect(others.length).toBeLessThan(2);
      expect(others.map((each) => each.target)).not.toContain(fault.target);
    }
  });

  it.each([1, 2, 3, 4, 5])('lets all workers alone while an event loop is blocked, seed %i', (seed) => {
    const faults = plan(seed);
    const blocks = faults.filter((fault) => fault.kind === 'block-event-loop');
    const shared = faults.filter((fault) => fault.target === 'everyone');
    for (const fault of blocks) expect(shared.filter((each) => overlap(each, fault))).toEqual([]);
  });

  it.each([...Array(50).keys()])('finds room for each kind in a short run, seed %i', (seed) => {
    const faults = planFaults({ random: createRandom(seed), loadMs: 70_000, leaseMs: LEASE_MS, kinds: FAULT_KINDS });
    expect([...new Set(faults.map((fault) => fault.kind))].sort()).toEqual([...FAULT_KINDS].sort());
  });

  it('ends before the load does', () => {
    for (const fault of plan(1)) expect(fault.atMs + fault.forMs).toBeLessThanOrEqual(LOAD_MS);
  });
});
