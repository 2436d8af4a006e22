import { boundedCache } from './bounded-cache.ts';
import { arithmetic, equals, isIn, negate, order } from './cel-operators.ts';
import { type CelValue, describeKind, setOwn, Timestamp } from './cel-value.ts';
import { compileCall } from './compile-call.ts';
import { compileAccess } from './compile-path.ts';
import { ExpressionError } from './expression-error.ts';
import { type Frame, spend } from './frame.ts';
import { isTopName, TOP_NAMES, type TopName } from './names.ts';
import { type ASTNode, parseExpression, textOf } from './parse-expression.ts';
import { type Compiler, type Scope, type Step, swallow } from './step.ts';
import { suggest } from './suggest.ts';

export type CompiledExpression = {
  readonly evaluate: Step;
  /** A bare path answers what is already in the data: nothing is made that could grow. */
  readonly isPath: boolean;
};

/** Reads and prepares CEL source; remembered, as the same few sources are evaluated over and over. */
export const compileExpression: (source: string) => CompiledExpression = boundedCache(1000, (source) => {
  const tree = parseExpression(source);
  return { evaluate: compile(tree, new Map()), isPath: isPath(tree) };
});

const compiler: Compiler = { compile };

function compile(node: ASTNode, scope: Scope): Step {
  switch (node.op) {
    case 'value':
      return compileLiteral(node);
    case 'id':
      return compileName(node, node.args, scope);
    case '.':
    case '.?':
    case '[]':
    case '[?]':
      return compileAccess(node, scope, compiler);
    case 'call':
    case 'rcall':
      return compileCall(node, scope, compiler);
    case 'list':
      return compileList(node.args.map((item) => compile(item, scope)));
    case 'map':
      return compileMap(node.args, scope);
    case '?:':
      return compileChoice(node.args, scope);
    case '&&':
      return compileLogic(node.args, scope, false);
    case '||':
      return compileLogic(node.args, scope, true);
    case '!_':
      return compileNot(node.args, scope);
    case '-_': {
      const value = compile(node.args, scope);
      return (frame) => negate(value(frame), node.start);
    }
    case '==':
    case '!=':
    case 'in':
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return compileBinary(node, scope);
  }
}

function compileBinary(node: Extract<ASTNode, { args: [ASTNode, ASTNode] }>, scope: Scope): Step {
  const { op, start: at } = node;
  const left = compile(node.args[0], scope);
  const right = compile(node.args[1], scope);
  switch (op) {
    case '==':
      return (frame) => equals(left(frame), right(frame), frame);
    case '!=':
      return (frame) => !equals(left(frame), right(frame), frame);
    case 'in':
      return (frame) => isIn(left(frame), right(frame), at, frame);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return (frame) => order(op, left(frame), right(frame), at, frame);
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return (frame) => arithmetic(op, left(frame), right(frame), at, frame);
    case '&&':
    case '||':
    case '[]':
    case '[?]':
      throw new Error(`not a binary operator: ${op}`);
  }
}

/** Reads a literal. Whole numbers that JSON cannot carry exactly are refused here, before they are rounded. */
export function literalOf(node: Extract<ASTNode, { op: 'value' }>): null | boolean | number | string {
  const value = node.args;
  if (typeof value === 'bigint' || (typeof value === 'object' && value !== null && !(value instanceof Uint8Array))) {
    const number = Number(value.valueOf());
    if (Number.isSafeInteger(number)) return number;
    throw new ExpressionError(
      'expression_syntax',
      `${textOf(node)} has more digits than are exact; write it as text`,
      node.start,
    );
  }
  if (value instanceof Uint8Array) {
    throw new ExpressionError('expression_syntax', `${textOf(node)}: bytes are not supported; write text`, node.start);
  }
  return value;
}

function compileLiteral(node: Extract<ASTNode, { op: 'value' }>): Step {
  const value = literalOf(node);
  return () => value;
}

function compileName(node: ASTNode, name: string, scope: Scope): Step {
  const place = scope.get(name);
  if (place !== undefined) return (frame) => frame.locals[place] ?? null;
  if (!isTopName(name)) {
    throw new ExpressionError(
      'unknown_name',
      `${name} is not a name here${suggest(name, [...scope.keys(), ...TOP_NAMES])}; names are ${TOP_NAMES.join(', ')}`,
      node.start,
    );
  }
  if (name === 'now') return (frame) => new Timestamp(frame.names.now);
  return (frame) => frame.names[name] ?? absent(frame, name, node.start);
}

function absent(frame: Frame, name: Exclude<TopName, 'now'>, at: number): CelValue {
  if (frame.names[name] === null) return null;
  const reason = name === 'client' ? 'the run has no client' : `there is no ${name} outside of a loop`;
  throw new ExpressionError('missing_field', `${name} is missing: ${reason}`, at);
}

function compileList(items: readonly Step[]): Step {
  return (frame) => {
    spend(frame, items.length);
    return items.map((item) => item(frame));
  };
}

function compileMap(entries: readonly (readonly [ASTNode, ASTNode])[], scope: Scope): Step {
  const steps = entries.map(([key, value]) => ({
    key: compile(key, scope),
    value: compile(value, scope),
    at: key.start,
  }));
  return (frame) => {
    spend(frame, steps.length);
    const out: Record<string, CelValue> = {};
    for (const { key, value, at } of steps) setOwn(out, keyOf(key(frame), at), value(frame));
    return out;
  };
}

function keyOf(key: CelValue, at: number): string {
  if (typeof key === 'string') return key;
  if (typeof key === 'number' || typeof key === 'boolean') return String(key);
  throw new ExpressionError('expression_type', `a key must be text, got ${describeKind(key)}`, at);
}

function compileChoice([test, yes, no]: readonly [ASTNode, ASTNode, ASTNode], scope: Scope): Step {
  const [condition, whenTrue, whenFalse] = [compile(test, scope), compile(yes, scope), compile(no, scope)];
  return (frame) => (asBoolean(condition(frame), test, 'x ? y : z') ? whenTrue(frame) : whenFalse(frame));
}

function compileNot(operand: ASTNode, scope: Scope): Step {
  const value = compile(operand, scope);
  return (frame) => !asBoolean(value(frame), operand, '!x');
}

/**
 * `&&` (decided by false) and `||` (decided by true). As CEL has it, the order does not matter: where one side
 * decides, an error on the other does not count.
 */
function compileLogic([first, second]: readonly [ASTNode, ASTNode], scope: Scope, decisive: boolean): Step {
  const left = compile(first, scope);
  const right = compile(second, scope);
  const sign = decisive ? 'x || y' : 'x && y';
  return (frame) => {
    let known: boolean;
    try {
      known = asBoolean(left(frame), first, sign);
    } catch (error) {
      swallow(frame, error);
      if (asBoolean(right(frame), second, sign) === decisive) return decisive;
      throw error;
    }
    return known === decisive ? decisive : asBoolean(right(frame), second, sign);
  };
}

function asBoolean(value: CelValue, node: ASTNode, form: string): boolean {
  if (value === true || value === false) return value;
  throw new ExpressionError(
    'expression_type',
    `${form} takes true or false, but ${textOf(node)} is ${describeKind(value)}`,
    node.start,
  );
}

function isPath(node: ASTNode): boolean {
  if (node.op === '.') return isPath(node.args[0]);
  if (node.op === '[]') return node.args[1].op === 'value' && isPath(node.args[0]);
  return node.op === 'id' && node.args !== 'now';
}
