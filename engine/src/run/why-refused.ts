import type { RunEvent } from './event.ts';
import type { Run } from './run.ts';

type Command = Extract<RunEvent['kind'], `${string}-requested`>;

/** Why a run in this state would ignore a command, for people; null where it would obey. */
export function whyRefused(run: Run, command: Extract<RunEvent, { kind: Command }>): string | null {
  const isOver = run.status === 'completed' || run.status === 'failed' || run.status === 'cancelled';
  switch (command.kind) {
    case 'cancel-requested':
      if (isOver) return `The run is ${run.status} already.`;
      return isCancelling(run) ? 'The run is being cancelled already.' : null;
    case 'pause-requested':
      if (isOver) return `The run is ${run.status}; only a run that has not ended can be paused.`;
      if (run.parked !== null) return `The run is parked already: ${run.parked.message}`;
      return run.state.phase.kind === 'ending' ? 'The run is about to end.' : null;
    case 'resume-requested':
      if (run.parked === null) return `The run is ${run.status}; only a parked run can be resumed.`;
      if (run.parked.code !== 'outcome_unknown' || command.outcome !== undefined) return null;
      return 'The run waits to hear what became of a step: resume it with the outcome repeat, succeeded or failed.';
    case 'retry-requested':
      if (run.status !== 'failed' && run.status !== 'cancelled') {
        return `The run is ${run.status}; only a failed or cancelled run can be retried.`;
      }
      if (run.state.hasUndone) return 'Steps of the run have been undone; replay it instead of retrying.';
      return null;
  }
}

/** The run waits for nothing but the actions under way, and then ends as cancelled. */
export function isCancelling({ state }: Run): boolean {
  return state.phase.kind === 'ending' && state.phase.status === 'cancelled';
}
