import type { CelValue } from './cel-value.ts';
import { ExpressionError } from './expression-error.ts';
import { type Frame, spend } from './frame.ts';
import type { ASTNode } from './parse-expression.ts';

/** One node of an expression, ready to be evaluated any number of times. */
export type Step = (frame: Frame) => CelValue;

/** Like `Step`, but undefined where a field on the way is missing. */
export type MaybeStep = (frame: Frame) => CelValue | undefined;

/** Loop variables in reach: name to its place among `frame.locals`. */
export type Scope = ReadonlyMap<string, number>;

/** Handed down, so that the files of the compiler need not import each other in a ring. */
export type Compiler = { readonly compile: (node: ASTNode, scope: Scope) => Step };

/** The value, or undefined when a field on its way is missing. Other errors stay errors. */
export function attempt(step: Step, frame: Frame): CelValue | undefined {
  try {
    return step(frame);
  } catch (error) {
    swallow(frame, error);
    if ((error as ExpressionError).code !== 'missing_field') throw error;
    return undefined;
  }
}

/** Lets an error pass that may turn out not to count, for a price; one that tells of a limit always counts. */
export function swallow(frame: Frame, error: unknown): void {
  if (!(error instanceof ExpressionError) || error.code === 'limit_exceeded') throw error;
  spend(frame, 100);
}
