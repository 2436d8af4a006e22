import { checkCondition, checkExpression } from '../../expression/check-expression.ts';
import { checkTemplate } from '../../expression/check-template.ts';
import type { JsonObject } from '../../json.ts';
import type { JsonPath } from '../json-pointer.ts';
import type { Finding } from '../problem.ts';
import type { Source } from '../sources.ts';
import type { NameTypes } from '../static-types.ts';

export type CheckedSource = { readonly type: JsonObject; readonly findings: readonly Finding[] };

/** Checks one expression, condition or template against the names that it can read. `path` is its own place. */
export function checkSource(kind: Source['kind'], source: string, names: NameTypes, path: JsonPath): CheckedSource {
  const { type, problems } = CHECKERS[kind](source, names);
  const findings = problems.map(({ code, message }) => ({
    code,
    path,
    what: `is wrong: ${message.replace(/\.$/, '')}`,
  }));
  return { type, findings };
}

const CHECKERS = { condition: checkCondition, expression: checkExpression, template: checkTemplate };
