/**
 * Virtual time. What is to happen stands in one row, ordered by time and then by when it was put there; a step takes
 * the first and lets every promise that follows from it settle. Nothing else moves, so a run is the same each time.
 */
export type Scheduler = {
  /** Milliseconds since the simulation began. */
  readonly nowMs: () => number;
  /** Returns the way to call it off. */
  readonly after: (delayMs: number, work: () => void) => () => void;
  /** False where nothing is left to happen. */
  readonly step: () => Promise<boolean>;
};

type Entry = { readonly atMs: number; readonly order: number; work: (() => void) | null };

export function createScheduler(): Scheduler {
  const heap: Entry[] = [];
  let nowMs = 0;
  let order = 0;
  return {
    nowMs: () => nowMs,
    after: (delayMs, work) => {
      order += 1;
      const entry: Entry = { atMs: nowMs + Math.max(0, delayMs), order, work };
      push(heap, entry);
      return () => {
        entry.work = null;
      };
    },
    step: async () => {
      for (let entry = pop(heap); entry !== undefined; entry = pop(heap)) {
        if (entry.work === null) continue;
        nowMs = entry.atMs;
        entry.work();
        await settled();
        return true;
      }
      return false;
    },
  };
}

/** All promises that can settle have settled when the event loop comes round. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function isBefore(one: Entry, other: Entry): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}

function push(heap: Entry[], entry: Entry): void {
  let at = heap.length;
  while (at > 0) {
    const above = (at - 1) >> 1;
    const parent = heap[above] as Entry;
    if (!isBefore(entry, parent)) break;
    heap[at] = parent;
    at = above;
  }
  heap[at] = entry;
}

function pop(heap: Entry[]): Entry | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let at = 0;
  while (true) {
    let below = 2 * at + 1;
    if (below >= heap.length) break;
    const right = heap[below + 1];
    if (right !== undefined && isBefore(right, heap[below] as Entry)) below += 1;
    const child = heap[below] as Entry;
    if (!isBefore(child, last)) break;
    heap[at] = child;
    at = below;
  }
  heap[at] = last;
  return first;
}
