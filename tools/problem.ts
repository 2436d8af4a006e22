/** One finding of a check: what rule, where, and what would be right. `line` counts from 1. */
export type Problem = {
  readonly rule: string;
  readonly path: string;
  readonly line: number | null;
  readonly message: string;
};

/** `app/x.ts:12 rule-name: message`, as editors and terminals make it clickable. */
export function problemLine(problem: Problem): string {
  const place = problem.line === null ? problem.path : `${problem.path}:${problem.line}`;
  return `${place} ${problem.rule}: ${problem.message}`;
}
