import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTimeQueue } from './time-queue.ts';

test('items come out by time, and in the order they went in where the time is the same', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), (times) => {
      const queue = createTimeQueue<number>();
      times.forEach((at, index) => {
        queue.put(at, index);
      });
      const taken = times.map(() => queue.take());
      const expected = times
        .map((at, item) => ({ at, item }))
        .sort((one, other) => one.at - other.at || one.item - other.item);
      expect(taken).toEqual(expected);
      expect(queue.take()).toBeUndefined();
    }),
  );
});
