import { checkCondition, checkExpression } from '../../expression/check-expression.ts';
import { checkTemplate } from '../../expression/check-template.ts';
import type { NameTypes } from '../../expression/expression-problem.ts';
import type { JsonObject } from '../../json.ts';
import type { JsonPath } from '../json-pointer.ts';
import type { Finding } from '../problem.ts';
import type { Source } from '../sources.ts';

export type CheckedSource = {
  /** JSON Schema of what it yields. */
  readonly type: JsonObject;
  readonly findings: readonly Finding[];
};

/** Checks one expression, condition or template against the names that it can read. `path` is its own place. */
export function checkSource(kind: Source['kind'], source: string, names: NameTypes, path: JsonPath): CheckedSource {
  const { type, problems } = check(kind, source, names);
  const findings = problems.map(({ code, message, at = 0 }) => ({
    code,
    path,
    what: `cannot be evaluated: ${message.replace(/\.$/, '')}`,
    hint: code === 'unknown_name' ? lateStep(source.slice(at)) : '',
  }));
  return { type, findings };
}

function check(kind: Source['kind'], source: string, names: NameTypes) {
  switch (kind) {
    case 'expression':
      return checkExpression(source, names);
    case 'condition':
      return { type: { type: 'boolean' }, problems: checkCondition(source, names) };
    case 'template':
      return { type: { type: 'string' }, problems: checkTemplate(source, names) };
  }
}

/** Most steps that are missed do stand in the drawing, but elsewhere. */
function lateStep(rest: string): string {
  return rest.startsWith('steps.') ? ' Only steps that lead here can be read.' : '';
}
