import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../problem.ts';

/** A finding that stands on purpose. `path` is the file it speaks of. */
type Exception = { readonly rule: string; readonly path: string; readonly reason: string };

const LIST = 'tools/tidy/exceptions.json';

export function readExceptions(root: string): readonly Exception[] {
  return JSON.parse(readFileSync(join(root, LIST), 'utf8')) as readonly Exception[];
}

/** Takes out what is listed; an entry without a reason, or one that excuses nothing, is itself a problem. */
export function applyExceptions(problems: readonly Problem[], exceptions: readonly Exception[]): readonly Problem[] {
  const excuses = (exception: Exception, problem: Problem): boolean =>
    exception.rule === problem.rule && exception.path === problem.path;
  const left = problems.filter((problem) => !exceptions.some((each) => excuses(each, problem)));
  const misplaced = exceptions.flatMap((each) => {
    if (each.reason.trim() === '') return [listed(each, 'has no reason')];
    return problems.some((problem) => excuses(each, problem)) ? [] : [listed(each, 'excuses nothing: take it out')];
  });
  return [...left, ...misplaced];
}

function listed(exception: Exception, message: string): Problem {
  return { rule: 'exceptions', path: LIST, line: null, message: `${exception.rule} of ${exception.path} ${message}` };
}
