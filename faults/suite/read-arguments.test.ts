import { describe, expect, it } from 'vitest';
import { FAULT_KINDS } from './plan/fault.ts';
import { readArguments } from './read-arguments.ts';

const read = (...args: readonly string[]) => readArguments(args, () => 42);

describe('the arguments of the fault suite', () => {
  it('are five minutes of everything under a new seed where nothing is said', () => {
    expect(read()).toEqual({ minutes: 5, seed: 42, kinds: FAULT_KINDS });
  });

  it('choose length, seed and faults', () => {
    expect(read('--minutes', '2', '--seed', '7', '--only', 'kill-worker,fill-disk')).toEqual({
      minutes: 2,
      seed: 7,
      kinds: ['kill-worker', 'fill-disk'],
    });
    expect(read('--only', 'none').kinds).toEqual([]);
  });

  it.each([[['--minutes', '0']], [['--minutes', 'two']], [['--seed', '-1']], [['--only', 'earthquake']]])(
    'are refused where they mean nothing: %j',
    (args) => {
      expect(() => read(...args)).toThrow();
    },
  );
});
