import type { Timers } from '../../platform/clock/timers.ts';

/**
 * Collects what is to be taken in and commits it in batches.
 *
 * Life: `open` → (`push` … ) → `close`. While one batch is being committed, the next one gathers; so a quiet server
 * answers after one commit and a busy one shares a commit among hundreds of requests. At most `capacity` items wait.
 */
export type BatchQueue<Item, Result> = {
  readonly push: (item: Item) => Promise<Result>;
  readonly size: () => number;
  /** Resolves when all that was pushed has been answered. */
  readonly drain: () => Promise<void>;
};

type Waiting<Item, Result> = {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * `commit` answers one result per item, in order. Where it throws and `isolates` says that a single item may be to
 * blame, the batch is halved until that item fails alone; else every item of the batch fails with that error.
 * `onFull` makes the error for an item that finds no place.
 */
export function createBatchQueue<Item, Result>(options: {
  readonly commit: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly turn: Timers['turn'];
  readonly batchSize: number;
  readonly capacity: number;
  /** What an item weighs, and the most that a batch and the queue may. A single item of any weight makes a batch. */
  readonly weigh?: (item: Item) => number;
  readonly batchWeight?: number;
  readonly capacityWeight?: number;
  readonly onFull: () => Error;
  readonly isolates: (error: unknown) => boolean;
}): BatchQueue<Item, Result> {
  const {
    weigh = () => 1,
    batchWeight = Number.POSITIVE_INFINITY,
    capacityWeight = Number.POSITIVE_INFINITY,
  } = options;
  let waiting: Waiting<Item, Result>[] = [];
  let weight = 0;
  let working: Promise<void> | null = null;

  const takeBatch = () => {
    let count = 0;
    let taken = 0;
    for (const { item } of waiting.slice(0, options.batchSize)) {
      const next = weigh(item);
      if (count > 0 && taken + next > batchWeight) break;
      count += 1;
      taken += next;
    }
    const batch = waiting.slice(0, count);
    waiting = waiting.slice(count);
    weight -= taken;
    return batch;
  };

  const work = async () => {
    // One turn of the event loop lets requests that came in together travel together.
    await options.turn();
    while (waiting.length > 0) {
      const batch = takeBatch();
      await settle(batch, options.commit, options.isolates);
    }
    working = null;
  };

  return {
    push: (item) =>
      new Promise((resolve, reject) => {
        const next = weigh(item);
        if (waiting.length >= options.capacity || weight + next > capacityWeight) return reject(options.onFull());
        weight += next;
        waiting.push({ item, resolve, reject });
        working ??= work();
      }),
    size: () => waiting.length,
    drain: async () => {
      while (working !== null) await working;
    },
  };
}

async function settle<Item, Result>(
  batch: readonly Waiting<Item, Result>[],
  commit: (items: readonly Item[]) => Promise<readonly Result[]>,
  isolates: (error: unknown) => boolean,
): Promise<void> {
  try {
    const results = await commit(batch.map((each) => each.item));
    batch.forEach((each, index) => {
      each.resolve(results[index] as Result);
    });
  } catch (error) {
    if (batch.length > 1 && isolates(error)) {
      const half = Math.ceil(batch.length / 2);
      await settle(batch.slice(0, half), commit, isolates);
      await settle(batch.slice(half), commit, isolates);
      return;
    }
    for (const each of batch) each.reject(error);
  }
}
