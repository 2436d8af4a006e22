import type { JsonObject } from '../json.ts';
import { ANYTHING, BOOLEAN_TYPE, type CelFunction, TEXT_TYPE } from './cel-function.ts';
import { KIND_NAMES } from './cel-value.ts';
import type { Checker, CheckScope } from './checker.ts';
import { literalOf } from './compile-expression.ts';
import { problemOf } from './expression-problem.ts';
import { newFrame } from './frame.ts';
import { matchesPattern } from './match-pattern.ts';
import type { Names } from './names.ts';
import { type ASTNode, textOf } from './parse-expression.ts';
import { type Call, type CallNode, readCall } from './read-call.ts';
import { describeType, isOnlyNull, itemOf, kindsOf, mayBe, unionOf, withoutNull } from './schema-type.ts';

/** The type of what a function or a form such as `filter` answers. */
export function checkCall(node: CallNode, scope: CheckScope, checker: Checker): JsonObject {
  const call = tryRead(node, checker);
  if (!call) return ANYTHING;
  switch (call.kind) {
    case 'function':
      return checkFunction(node, call.name, call.called, call.args, scope, checker);
    case 'bind': {
      const [variable, value, body] = call.args;
      if (variable?.op !== 'id' || !value || !body) return ANYTHING;
      return checker.check(body, new Map(scope).set(variable.args, checker.check(value, scope)));
    }
    case 'macro':
      return checkMacro(node, call.name, call.args, scope, checker);
  }
}

function checkFunction(
  node: CallNode,
  name: string,
  called: CelFunction,
  args: readonly ASTNode[],
  scope: CheckScope,
  checker: Checker,
): JsonObject {
  const types = args.map((arg) => checker.check(arg, scope));
  let fits = true;
  for (const [index, type] of types.entries()) {
    const param = called.params[Math.min(index, called.params.length - 1)];
    if (!param || param.kinds === 'any' || mayBe(type, param.kinds)) continue;
    fits = false;
    const wanted = param.kinds.map((kind) => KIND_NAMES[kind]).join(' or ');
    const arg = args[index] ?? node;
    report(arg, checker, `${name}() takes ${wanted}, but ${textOf(arg)} is ${describeType(type)}`);
  }
  if (fits) tryWritten(node, name, called, args, checker);
  return typeof called.returns === 'function' ? called.returns(types.map(withoutNull)) : called.returns;
}

/** Calls a function whose arguments are all written out: what fails here would fail each time. */
function tryWritten(
  node: CallNode,
  name: string,
  called: CelFunction,
  args: readonly ASTNode[],
  checker: Checker,
): void {
  try {
    const [, pattern] = args;
    if (name === 'matches' && pattern?.op === 'value')
      matchesPattern('', String(literalOf(pattern)), newFrame(NOWHERE));
    if (args.length === 0 || !args.every((arg) => arg.op === 'value')) return;
    called.run(
      args.map((arg) => (arg.op === 'value' ? literalOf(arg) : null)),
      newFrame(NOWHERE),
    );
  } catch (error) {
    checker.report({ ...problemOf(error, 'invalid_expression'), at: node.start });
  }
}

const NOWHERE: Names = {
  event: { type: '', data: null, time: '1970-01-01T00:00:00.000Z' },
  client: null,
  steps: {},
  vars: {},
  run: { id: '', startedAt: '1970-01-01T00:00:00.000Z' },
  org: { name: '', timezone: 'UTC' },
  now: 0,
};

function checkMacro(
  node: CallNode,
  name: string,
  args: readonly ASTNode[],
  scope: CheckScope,
  checker: Checker,
): JsonObject {
  const [first, variable, ...bodies] = args;
  if (!first) return ANYTHING;
  switch (name) {
    case 'has':
    case 'hasValue':
      checker.check(first, scope);
      return BOOLEAN_TYPE;
    case 'orValue':
    case 'or':
    case 'default':
    case 'coalesce': {
      const types = args.map((arg) => checker.check(arg, scope));
      return unionOf(types.map((type, index) => (index < types.length - 1 ? optionType(type) : type)));
    }
    default:
      return checkLoop(node, name, first, variable, bodies, scope, checker);
  }
}

function checkLoop(
  node: CallNode,
  name: string,
  list: ASTNode,
  variable: ASTNode | undefined,
  bodies: readonly ASTNode[],
  scope: CheckScope,
  checker: Checker,
): JsonObject {
  const type = checker.check(list, scope);
  if (!mayBe(type, ['array', 'object'])) {
    report(list, checker, `${name}() goes over a list, but ${textOf(list)} is ${describeType(type)}`);
  }
  if (variable?.op !== 'id') return ANYTHING;
  const item = mayBe(type, ['object']) ? (kindsOf(type)?.has('array') === false ? TEXT_TYPE : ANYTHING) : itemOf(type);
  const inner = new Map(scope).set(variable.args, item);
  const types = bodies.map((body) => checker.check(body, inner));
  const conditions = name === 'map' ? bodies.slice(0, -1) : bodies;
  for (const [index, condition] of conditions.entries()) {
    if (mayBe(types[index] ?? ANYTHING, ['boolean'])) continue;
    report(condition, checker, `${textOf(condition)} must be true or false in ${textOf(node)}`);
  }
  if (name === 'map') return { type: 'array', items: types.at(-1) ?? ANYTHING };
  return name === 'filter' ? { type: 'array', items: item } : BOOLEAN_TYPE;
}

/** A value before the last is only taken where it is not null. */
function optionType(type: JsonObject): JsonObject {
  return isOnlyNull(type) ? ANYTHING : withoutNull(type);
}

function tryRead(node: CallNode, checker: Checker): Call | undefined {
  try {
    return readCall(node);
  } catch (error) {
    checker.report(problemOf(error, 'invalid_expression'));
    return undefined;
  }
}

function report(node: ASTNode, checker: Checker, message: string): void {
  checker.report({ code: 'invalid_expression', message, at: node.start });
}
