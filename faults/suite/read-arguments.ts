import { parseArgs } from 'node:util';
import { FAULT_KINDS, type FaultKind } from './plan/fault.ts';

export type SuiteArguments = {
  /** Length of the whole run. */
  readonly minutes: number;
  readonly seed: number;
  /** Kinds of fault to choose from. */
  readonly kinds: readonly FaultKind[];
};

export const USAGE = `npm run faults -- [--minutes N] [--seed N] [--only NAME[,NAME]]
  --minutes  length of the whole run, 0.5 to 600; 5 where it is left out
  --seed     replays the plan of an earlier run; a new one where it is left out
  --only     none, or some of ${FAULT_KINDS.join(', ')}`;

const DEFAULT_MINUTES = 5;
const SHORTEST_MINUTES = 0.5;
const LONGEST_MINUTES = 600;
const SEEDS = 2 ** 31;

/** Throws with what would be right. `newSeed` is asked where none is given. */
export function readArguments(args: readonly string[], newSeed: () => number): SuiteArguments {
  const { values } = parseArgs({
    args: [...args],
    options: { minutes: { type: 'string' }, seed: { type: 'string' }, only: { type: 'string' } },
  });
  return {
    minutes: readNumber('--minutes', values.minutes ?? String(DEFAULT_MINUTES), SHORTEST_MINUTES, LONGEST_MINUTES),
    seed: values.seed === undefined ? newSeed() : readNumber('--seed', values.seed, 0, SEEDS),
    kinds: values.only === undefined ? FAULT_KINDS : readKinds(values.only),
  };
}

export function newSeed(): number {
  return Math.floor(Math.random() * SEEDS);
}

function readNumber(name: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (text.trim() !== '' && number >= least && number <= most) return number;
  throw new Error(`${name} must be a number from ${least} to ${most}, not "${text}".\n${USAGE}`);
}

function readKinds(text: string): readonly FaultKind[] {
  if (text === 'none') return [];
  return text.split(',').map((name) => {
    const kind = FAULT_KINDS.find((each) => each === name.trim());
    if (kind === undefined) throw new Error(`--only knows no fault "${name}".\n${USAGE}`);
    return kind;
  });
}
