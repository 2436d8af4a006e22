import type { Json } from '../json.ts';
import type { Names } from './names.ts';

/** Names for tests: a call that nobody answered, seen by a workflow of a firm in Berlin. */
export function exampleNames(data: Json = EXAMPLE_DATA, more: Partial<Names> = {}): Names {
  return {
    event: { type: 'call.ended', data, time: '2026-11-20T09:00:00.000Z' },
    client: { first_name: 'Ann', phone: '+491', tags: ['vip', 'new'], address: { city: 'Köln' } },
    steps: { fetch: { output: { status: 200, total: 9.5 }, error: null } },
    vars: { count: 3 },
    run: { id: 'run_1', startedAt: '2026-11-20T09:00:01.000Z' },
    org: { name: 'Coach & Co', timezone: 'Europe/Berlin' },
    now: Date.UTC(2026, 10, 20, 10),
    ...more,
  };
}

const EXAMPLE_DATA: Json = {
  status: 'no-answer',
  from: '+491',
  amount: 42,
  half: 0.5,
  seven: 7,
  empty: null,
  list: [1, 2, 3.5],
  people: [
    { name: 'Bo', age: 3 },
    { name: 'Al', age: 10, city: 'Rome' },
  ],
  template: '{{ client.phone }}',
  expression: { $: '1 + 1' },
};
