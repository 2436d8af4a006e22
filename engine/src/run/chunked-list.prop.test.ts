import fc from 'fast-check';
import { test } from 'vitest';
import { appended, type ChunkedList, EMPTY_LIST, lastOf, toArray, withItem, withoutLast } from './chunked-list.ts';

test('a chunked list is a list', () => {
  const change = fc.oneof(
    fc.record({ kind: fc.constant('set' as const), index: fc.nat(2000), item: fc.integer() }),
    fc.record({ kind: fc.constant('append' as const), item: fc.integer() }),
    fc.record({ kind: fc.constant('drop' as const) }),
  );
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
      let list: ChunkedList<number> = EMPTY_LIST;
      const model: number[] = [];
      for (const change of changes) {
        const before = list;
        const copy = toArray(before);
        switch (change.kind) {
          case 'set':
            list = withItem(list, change.index, change.item, -1);
            while (model.length <= change.index) model.push(-1);
            model[change.index] = change.item;
            break;
          case 'append':
            list = appended(list, change.item);
            model.push(change.item);
            break;
          case 'drop':
            list = withoutLast(list);
            model.pop();
            break;
        }
        expectSame(toArray(before), copy);
        expectSame(toArray(list), model);
        expectSame([list.length, lastOf(list)], [model.length, model.at(-1)]);
      }
    }),
    { numRuns: 50 },
  );
});

function expectSame(one: readonly unknown[], other: readonly unknown[]): void {
  if (JSON.stringify(one) !== JSON.stringify(other))
    throw new Error(`${JSON.stringify(one)} is not ${JSON.stringify(other)}`);
}
