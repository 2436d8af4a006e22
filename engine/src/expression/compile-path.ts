import { type CelValue, describeKind, isList, isObject } from './cel-value.ts';
import { ExpressionError } from './expression-error.ts';
import { type ASTNode, textOf } from './parse-expression.ts';
import { attempt, type Compiler, type MaybeStep, type Scope, type Step } from './step.ts';

export type AccessNode = Extract<ASTNode, { op: '.' | '.?' | '[]' | '[?]' }>;

/** `a.b`, `a[b]` and their optional forms. Only own fields of plain data are ever read. */
export function compileAccess(node: AccessNode, scope: Scope, compiler: Compiler): Step {
  const optional = isOptional(node);
  const holder = compiler.compile(node.args[0], scope);
  const key = keyStep(node, scope, compiler);
  if (optional) {
    return (frame) => {
      const from = holder(frame);
      return from === null ? null : (read(from, key(frame), node) ?? null);
    };
  }
  return (frame) => {
    const from = holder(frame);
    const name = key(frame);
    const value = read(from, name, node);
    if (value === undefined) throw missing(node, from, name);
    return value;
  };
}

/** A path that answers undefined, at little cost, where it leads nowhere. Anything but a path is tried out. */
export function compileMaybe(node: ASTNode, scope: Scope, compiler: Compiler): MaybeStep {
  if (!isAccess(node)) {
    const step = compiler.compile(node, scope);
    return (frame) => attempt(step, frame);
  }
  const holder = compileMaybe(node.args[0], scope, compiler);
  const key = keyStep(node, scope, compiler);
  return (frame) => {
    const from = holder(frame);
    return from === undefined || from === null ? undefined : read(from, key(frame), node);
  };
}

/** True where the way there has an optional part: from it on, what is missing is null. */
export function isOptional(node: ASTNode): boolean {
  switch (node.op) {
    case '.?':
    case '[?]':
      return true;
    case '.':
    case '[]':
      return isOptional(node.args[0]);
    default:
      return false;
  }
}

export function isAccess(node: ASTNode): node is AccessNode {
  return node.op === '.' || node.op === '.?' || node.op === '[]' || node.op === '[?]';
}

/** Undefined where there is no such field or place. Throws where the key is of a kind that never fits. */
function read(from: CelValue, key: CelValue, node: AccessNode): CelValue | undefined {
  if (typeof key === 'string') {
    if (isObject(from)) return Object.hasOwn(from, key) ? from[key] : undefined;
    if (isList(from) && (node.op === '[]' || node.op === '[?]')) {
      throw new ExpressionError('expression_type', `${textOf(node)}: a list is read by number, got text`, node.start);
    }
    return undefined;
  }
  if (typeof key === 'number') {
    if (isList(from)) return Number.isInteger(key) && key >= 0 ? from[key] : undefined;
    return isObject(from) && Object.hasOwn(from, String(key)) ? from[String(key)] : undefined;
  }
  throw new ExpressionError(
    'expression_type',
    `${textOf(node)}: a field is read by text and a place by number, got ${describeKind(key)}`,
    node.start,
  );
}

function keyStep(node: AccessNode, scope: Scope, compiler: Compiler): Step {
  if (node.op === '.' || node.op === '.?') {
    const name = node.args[1];
    return () => name;
  }
  return compiler.compile(node.args[1], scope);
}

function missing(node: AccessNode, from: CelValue, key: CelValue): ExpressionError {
  const path = textOf(node);
  const holder = textOf(node.args[0]);
  const guard = `guard it with has(), .? or default(${path}, ...)`;
  if (isObject(from)) {
    return new ExpressionError(
      'missing_field',
      `${path} is missing: ${holder} has no field ${JSON.stringify(key)}; ${guard}`,
      node.start,
    );
  }
  if (isList(from) && typeof key === 'number') {
    return new ExpressionError(
      'missing_field',
      `${path} is missing: place ${key} is outside of ${holder}, which has ${from.length}; ${guard}`,
      node.start,
    );
  }
  return new ExpressionError(
    'missing_field',
    `${path} is missing: ${holder} is ${describeKind(from)}; ${guard}`,
    node.start,
  );
}
