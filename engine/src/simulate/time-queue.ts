/** What happens when, earliest first; what falls on one instant comes out in the order in which it went in. */
export type TimeQueue<Item> = {
  readonly put: (at: number, item: Item) => void;
  readonly take: () => { readonly at: number; readonly item: Item } | undefined;
};

type Entry<Item> = { readonly at: number; readonly order: number; readonly item: Item };

/** A binary heap. */
export function createTimeQueue<Item>(): TimeQueue<Item> {
  const heap: Entry<Item>[] = [];
  let order = 0;
  return {
    put: (at, item) => {
      heap.push({ at, order, item });
      order += 1;
      riseLast(heap);
    },
    take: () => {
      const first = heap[0];
      const last = heap.pop();
      if (first === undefined || last === undefined) return undefined;
      if (heap.length > 0) {
        heap[0] = last;
        sinkFirst(heap);
      }
      return { at: first.at, item: first.item };
    },
  };
}

function riseLast<Item>(heap: Entry<Item>[]): void {
  let child = heap.length - 1;
  while (child > 0) {
    const parent = (child - 1) >> 1;
    if (!isBefore(heap, child, parent)) return;
    swap(heap, child, parent);
    child = parent;
  }
}

function sinkFirst<Item>(heap: Entry<Item>[]): void {
  let parent = 0;
  for (;;) {
    const left = 2 * parent + 1;
    const right = left + 1;
    let least = left < heap.length && isBefore(heap, left, parent) ? left : parent;
    if (right < heap.length && isBefore(heap, right, least)) least = right;
    if (least === parent) return;
    swap(heap, parent, least);
    parent = least;
  }
}

function isBefore<Item>(heap: readonly Entry<Item>[], one: number, other: number): boolean {
  const left = heap[one] as Entry<Item>;
  const right = heap[other] as Entry<Item>;
  return left.at < right.at || (left.at === right.at && left.order < right.order);
}

function swap<Item>(heap: Entry<Item>[], one: number, other: number): void {
  const left = heap[one] as Entry<Item>;
  heap[one] = heap[other] as Entry<Item>;
  heap[other] = left;
}
