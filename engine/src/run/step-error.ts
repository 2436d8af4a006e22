import { ExpressionError } from '../expression/expression-error.ts';
import { ScheduleError } from '../schedule/schedule-error.ts';
import type { StepError } from './state.ts';
import { StepInputError } from './step-input-error.ts';

/** What a rule threw, as the failure of its step. Anything but a fault of the definition or its data is thrown on. */
export function stepErrorOf(error: unknown): StepError {
  const isFaultOfStep =
    error instanceof ExpressionError || error instanceof ScheduleError || error instanceof StepInputError;
  if (!isFaultOfStep) throw error;
  return { code: error.code, message: error.message };
}

/** What became of a step that was cut off because the run ended. */
export const CANCELLED: StepError = { code: 'cancelled', message: 'The run ended before this step did.' };
