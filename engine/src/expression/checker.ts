import type { JsonObject } from '../json.ts';
import type { ExpressionProblem, NameTypes } from './expression-problem.ts';
import type { ASTNode } from './parse-expression.ts';

/** Types of the loop variables in reach. */
export type CheckScope = ReadonlyMap<string, JsonObject>;

/** Handed down, so that the files of the checker need not import each other in a ring. */
export type Checker = {
  readonly types: NameTypes;
  readonly report: (problem: ExpressionProblem) => void;
  readonly check: (node: ASTNode, scope: CheckScope) => JsonObject;
};
