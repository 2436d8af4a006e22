/** A list that grows without being copied as a whole: what changes is one chunk and the list of chunks. */
export type ChunkedList<Item> = { readonly length: number; readonly chunks: readonly (readonly Item[])[] };

const CHUNK_ITEMS = 256;

export const EMPTY_LIST: ChunkedList<never> = { length: 0, chunks: [] };

/** Sets one place; a list that is too short is filled up with `filler`. */
export function withItem<Item>(list: ChunkedList<Item>, index: number, item: Item, filler: Item): ChunkedList<Item> {
  const chunks = [...list.chunks];
  const at = Math.floor(index / CHUNK_ITEMS);
  while (chunks.length < at) chunks.push(filledUp(chunks.pop() ?? [], CHUNK_ITEMS, filler), []);
  const before = chunks[at - 1];
  if (before !== undefined && before.length < CHUNK_ITEMS) chunks[at - 1] = filledUp(before, CHUNK_ITEMS, filler);
  const chunk = filledUp(chunks[at] ?? [], index % CHUNK_ITEMS, filler);
  chunk[index % CHUNK_ITEMS] = item;
  chunks[at] = chunk;
  return { length: Math.max(list.length, index + 1), chunks };
}

export function appended<Item>(list: ChunkedList<Item>, item: Item): ChunkedList<Item> {
  return withItem(list, list.length, item, item);
}

export function withoutLast<Item>(list: ChunkedList<Item>): ChunkedList<Item> {
  const rest = list.chunks.slice(0, -1);
  const last = list.chunks.at(-1)?.slice(0, -1) ?? [];
  return { length: Math.max(0, list.length - 1), chunks: last.length === 0 ? rest : [...rest, last] };
}

export function lastOf<Item>(list: ChunkedList<Item>): Item | undefined {
  return list.chunks.at(-1)?.at(-1);
}

export function toArray<Item>(list: ChunkedList<Item>): readonly Item[] {
  return list.chunks.flat(1) as Item[];
}

/** A copy with at least `length` items. */
function filledUp<Item>(chunk: readonly Item[], length: number, filler: Item): Item[] {
  const copy = [...chunk];
  while (copy.length < length) copy.push(filler);
  return copy;
}
