/**
 * What a follower of a run has seen, small enough to be the id of a server-sent event: how many steps at the start of
 * the list are settled and seen, and in which state each later one was. With it a follower that comes back gets just
 * what it missed, whichever server answers. `12`, or `12_13r1_15c1`: places count from 0.
 */
import type { StepView } from '../../../runtime/public.ts';

export type SeenSteps = {
  /** True where this state of the step is new to the follower; it then counts as seen. */
  readonly take: (place: number, step: StepView) => boolean;
  /** What to give back as Last-Event-ID. */
  readonly id: () => string;
};

type State = Pick<StepView, 'status' | 'attempt'>;

/** A longer tail is cut: the follower then gets some steps once more, which is harmless. */
const LONGEST_TAIL = 100;
const ID = /^(\d{1,7})((?:_\d{1,7}[rwcfspm]\d{1,3}){0,100})$/;
const LETTERS: { readonly [Status in StepView['status']]: string } = {
  running: 'r',
  waiting: 'w',
  completed: 'c',
  failed: 'f',
  skipped: 's',
  parked: 'p',
  compensated: 'm',
};

/** An id that none of these made counts as none: the follower gets everything. */
export function readSeenSteps(lastEventId: string | undefined): SeenSteps {
  const parsed = ID.exec(lastEventId ?? '');
  let settled = Number(parsed?.[1] ?? 0);
  const later = new Map<number, string>();
  for (const part of parsed?.[2]?.split('_').slice(1) ?? []) {
    const [, place = '', state = ''] = /^(\d+)(.+)$/.exec(part) ?? [];
    later.set(Number(place), state);
  }
  const settledStates = new Map<number, string>();

  return {
    take: (place, step) => {
      const state = stateOf(step);
      if (place < settled) {
        // A settled step changes again only when it is undone or tried afresh.
        const before = settledStates.get(place) ?? (isSettled(step) ? state : '');
        settledStates.set(place, state);
        return before !== state;
      }
      const isNew = later.get(place) !== state;
      later.set(place, state);
      while (isSettledState(later.get(settled))) {
        settledStates.set(settled, later.get(settled) as string);
        later.delete(settled);
        settled += 1;
      }
      return isNew;
    },
    id: () => {
      const tail = [...later].slice(0, LONGEST_TAIL).map(([place, state]) => `_${place}${state}`);
      return `${settled}${tail.join('')}`;
    },
  };
}

function stateOf({ status, attempt }: State): string {
  return `${LETTERS[status]}${attempt}`;
}

function isSettled({ status }: State): boolean {
  return status === 'completed' || status === 'skipped';
}

function isSettledState(state: string | undefined): boolean {
  return state !== undefined && (state.startsWith('c') || state.startsWith('s'));
}
