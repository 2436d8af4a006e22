import type { JsonObject } from '../json.ts';
import { ANYTHING, BOOLEAN_TYPE, DURATION_TYPE, TIMESTAMP_TYPE } from './cel-function.ts';
import type { Kind } from './cel-value.ts';
import { checkCall } from './check-call.ts';
import { arithmeticType } from './check-operator.ts';
import { checkAccess } from './check-path.ts';
import type { Checker, CheckScope } from './checker.ts';
import { compileExpression, literalOf } from './compile-expression.ts';
import { type ExpressionProblem, type NameTypes, problemOf, type ValueType } from './expression-problem.ts';
import { isTopName, TOP_NAMES } from './names.ts';
import { type ASTNode, parseExpression, textOf } from './parse-expression.ts';
import { describeType, finishedType, isOnlyNull, kindsOf, literalType, mayBe, unionOf } from './schema-type.ts';
import { suggest } from './suggest.ts';

/**
 * Checks CEL source against the schemas of what it reads, without evaluating it. `type` is the JSON Schema of the
 * result, `{}` where nothing is known of it. Answers every problem it finds, not only the first.
 */
export function checkExpression(
  source: string,
  types: NameTypes,
): { readonly type: ValueType; readonly problems: readonly ExpressionProblem[] } {
  const problems: ExpressionProblem[] = [];
  try {
    const checker: Checker = {
      types,
      report: (problem) => problems.push(problem),
      check: (node, scope) => check(node, scope, checker),
    };
    const type = check(parseExpression(source), new Map(), checker);
    // What the compiler alone refuses, such as has() of something that is no path.
    if (problems.length === 0) compileExpression(source);
    return { type: finishedType(type), problems };
  } catch (error) {
    return { type: ANYTHING, problems: [...problems, problemOf(error, 'invalid_expression')] };
  }
}

/** Checks a condition: like `checkExpression`, and its result must be able to be true or false. */
export function checkCondition(source: string, types: NameTypes): readonly ExpressionProblem[] {
  const { type, problems } = checkExpression(source, types);
  if (problems.length > 0 || mayBe(type, ['boolean'])) return problems;
  return [
    { code: 'invalid_expression', message: `a condition must be true or false; this is ${describeType(type)}`, at: 0 },
  ];
}

function check(node: ASTNode, scope: CheckScope, checker: Checker): JsonObject {
  switch (node.op) {
    case 'value':
      return literalType(literalOf(node));
    case 'id':
      return checkName(node, node.args, scope, checker);
    case '.':
    case '.?':
    case '[]':
    case '[?]':
      return checkAccess(node, scope, checker);
    case 'call':
    case 'rcall':
      return checkCall(node, scope, checker);
    case 'list':
      return { type: 'array', items: unionOf(node.args.map((item) => check(item, scope, checker))) };
    case 'map':
      return checkMap(node.args, scope, checker);
    case '?:': {
      const [test, yes, no] = node.args;
      expectBoolean(test, check(test, scope, checker), checker);
      return unionOf([check(yes, scope, checker), check(no, scope, checker)]);
    }
    case '!_':
      expectBoolean(node.args, check(node.args, scope, checker), checker);
      return BOOLEAN_TYPE;
    case '-_':
      return checkMinus(node.args, scope, checker);
    case '&&':
    case '||':
      for (const side of node.args) expectBoolean(side, check(side, scope, checker), checker);
      return BOOLEAN_TYPE;
    case '==':
    case '!=':
    case 'in':
    case '<':
    case '<=':
    case '>':
    case '>=':
      checkComparison(node, scope, checker);
      return BOOLEAN_TYPE;
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return checkArithmetic(node, scope, checker);
  }
}

function checkName(node: ASTNode, name: string, scope: CheckScope, checker: Checker): JsonObject {
  const local = scope.get(name);
  if (local) return local;
  if (name === 'now' && Object.hasOwn(checker.types, 'now')) return TIMESTAMP_TYPE;
  const type = Object.hasOwn(checker.types, name) ? checker.types[name] : undefined;
  if (type && isTopName(name)) return type;
  const known = [...scope.keys(), ...TOP_NAMES.filter((top) => Object.hasOwn(checker.types, top))];
  const message = isTopName(name)
    ? `${name} is not there at this place; names here are ${known.join(', ')}`
    : `${name} is not a name here${suggest(name, known)}; names are ${known.join(', ')}`;
  checker.report({ code: 'unknown_name', message, at: node.start });
  return ANYTHING;
}

function checkMap(entries: readonly (readonly [ASTNode, ASTNode])[], scope: CheckScope, checker: Checker): JsonObject {
  const fields = entries.map(([key, value]) => {
    check(key, scope, checker);
    return { key, type: check(value, scope, checker) };
  });
  const named = fields.flatMap(({ key, type }) =>
    key.op === 'value' && typeof key.args === 'string' ? [[key.args, type] as const] : [],
  );
  if (named.length < fields.length) {
    return { type: 'object', additionalProperties: unionOf(fields.map(({ type }) => type)) };
  }
  const properties = Object.fromEntries(named);
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

function checkMinus(operand: ASTNode, scope: CheckScope, checker: Checker): JsonObject {
  const type = check(operand, scope, checker);
  if (!mayBe(type, ['number', 'duration'])) {
    report(operand, checker, `-x takes a number or a duration, but ${textOf(operand)} is ${describeType(type)}`);
  }
  return kindsOf(type)?.has('duration') ? DURATION_TYPE : { type: 'number' };
}

type BinaryNode = Extract<ASTNode, { args: [ASTNode, ASTNode] }>;

function checkArithmetic(node: BinaryNode, scope: CheckScope, checker: Checker): JsonObject {
  const [left, right] = node.args.map((side) => check(side, scope, checker));
  const type = arithmeticType(node.op, left ?? ANYTHING, right ?? ANYTHING);
  if (type) return type;
  report(node, checker, `${sides(node, left, right)}: these do not go together with ${node.op}`);
  return ANYTHING;
}

const ORDERED: readonly Kind[] = ['number', 'string', 'boolean', 'timestamp', 'duration'];

function checkComparison(node: BinaryNode, scope: CheckScope, checker: Checker): void {
  const [left = ANYTHING, right = ANYTHING] = node.args.map((side) => check(side, scope, checker));
  if (node.op === 'in') {
    if (mayBe(right, ['array', 'object'])) return;
    report(node, checker, `x in y takes a list or an object, but ${textOf(node.args[1])} is ${describeType(right)}`);
    return;
  }
  const isEquality = node.op === '==' || node.op === '!=';
  const [ofLeft, ofRight] = [kindsOf(left), kindsOf(right)];
  if (isEquality) {
    if (!ofLeft || !ofRight || isOnlyNull(left) || isOnlyNull(right) || !ofLeft.isDisjointFrom(ofRight)) return;
    report(node, checker, `${sides(node, left, right)}: these are never equal`);
    return;
  }
  const shared = ORDERED.some((kind) => (ofLeft?.has(kind) ?? true) && (ofRight?.has(kind) ?? true));
  if (shared) return;
  const hint =
    ofLeft?.has('timestamp') || ofRight?.has('timestamp') ? '; turn text into a time with timestamp(...)' : '';
  report(node, checker, `${sides(node, left, right)}: these cannot be compared with ${node.op}${hint}`);
}

function sides(node: BinaryNode, left: JsonObject = ANYTHING, right: JsonObject = ANYTHING): string {
  return `${textOf(node.args[0])} is ${describeType(left)} and ${textOf(node.args[1])} is ${describeType(right)}`;
}

function expectBoolean(node: ASTNode, type: JsonObject, checker: Checker): void {
  if (mayBe(type, ['boolean'])) return;
  report(node, checker, `${textOf(node)} must be true or false, but it is ${describeType(type)}`);
}

function report(node: ASTNode, checker: Checker, message: string): void {
  checker.report({ code: 'invalid_expression', message, at: node.start });
}
