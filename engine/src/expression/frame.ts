import type { CelValue } from './cel-value.ts';
import { ExpressionError } from './expression-error.ts';
import { LIMITS } from './limits.ts';
import type { Names } from './names.ts';

/** One evaluation under way. `locals` holds loop variables, one place for each depth of nesting. */
export type Frame = { readonly names: Names; readonly locals: CelValue[]; fuel: number };

/** What it costs to list one key of an object. */
export const KEY_STEPS = 4;

export function newFrame(names: Names): Frame {
  return { names, locals: [], fuel: LIMITS.fuel };
}

/** Takes `steps` of the evaluation's fuel. Throws `limit_exceeded` when it is used up. */
export function spend(frame: Frame, steps: number): void {
  frame.fuel -= steps;
  if (frame.fuel < 0) {
    throw new ExpressionError(
      'limit_exceeded',
      `more than ${LIMITS.fuel} steps are needed; work on shorter lists or texts`,
    );
  }
}

/** Answers `text`, unless it is longer than any text may be. */
export function boundedText(frame: Frame, text: string): string {
  assertTextLength(text.length);
  spend(frame, text.length >> 3);
  return text;
}

export function assertTextLength(length: number): void {
  if (length > LIMITS.outputChars) {
    throw new ExpressionError('limit_exceeded', `a text would grow past ${LIMITS.outputChars} characters`);
  }
}
