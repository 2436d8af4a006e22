import { type CelValue, describeKind, isList, isObject } from './cel-value.ts';
import { compileMaybe, isAccess } from './compile-path.ts';
import { ExpressionError } from './expression-error.ts';
import { type Frame, KEY_STEPS, spend } from './frame.ts';
import { type ASTNode, sizeOf, textOf } from './parse-expression.ts';
import type { Call, CallNode } from './read-call.ts';
import { type Compiler, type MaybeStep, type Scope, type Step, swallow } from './step.ts';

type MacroCall = Exclude<Call, { kind: 'function' }>;

/** The forms that evaluate an argument many times, later, or not at all. */
export function compileMacro(node: CallNode, call: MacroCall, scope: Scope, compiler: Compiler): Step {
  const [first, second, third, fourth] = call.args;
  if (!first) throw wrong(node, `${call.name}() needs an argument`);
  if (call.kind === 'bind') return compileBind(node, [first, second, third], scope, compiler);
  switch (call.name) {
    case 'has': {
      if (!isAccess(first)) throw wrong(node, 'has() takes a path such as has(event.data.email)');
      const field = compileMaybe(first, scope, compiler);
      return (frame) => field(frame) !== undefined;
    }
    case 'hasValue': {
      const value = compileMaybe(first, scope, compiler);
      return (frame) => (value(frame) ?? null) !== null;
    }
    case 'orValue':
    case 'or':
    case 'default':
    case 'coalesce': {
      const last = call.args.at(-1) ?? first;
      const others = call.args.slice(0, -1).map((arg) => compileMaybe(arg, scope, compiler));
      return firstOf(others, compiler.compile(last, scope));
    }
    default: {
      const loop = compileLoop(node, call.name, first, second, scope, compiler);
      const body = third && loop.compile(third);
      if (!body) throw wrong(node, `${call.name}() needs something to evaluate`);
      return loopStep(node, call.name, loop, body, fourth && loop.compile(fourth));
    }
  }
}

type Loop = {
  readonly items: (frame: Frame) => readonly CelValue[];
  readonly place: number;
  /** Steps that one round costs. */
  readonly cost: number;
  readonly compile: (body: ASTNode) => Step;
};

function compileLoop(
  node: CallNode,
  name: string,
  list: ASTNode,
  variable: ASTNode | undefined,
  scope: Scope,
  compiler: Compiler,
): Loop {
  if (variable?.op !== 'id') throw wrong(node, `${name}() takes a name first, as in list.${name}(x, x.ok)`);
  const source = compiler.compile(list, scope);
  const place = scope.size;
  const inner = new Map(scope).set(variable.args, scope.get(variable.args) ?? place);
  return {
    items: (frame) => itemsOf(node, name, source(frame), frame),
    place: inner.get(variable.args) ?? place,
    cost: sizeOf(node) - sizeOf(list),
    compile: (body) => compiler.compile(body, inner),
  };
}

function loopStep(node: CallNode, name: string, loop: Loop, body: Step, transform: Step | undefined): Step {
  switch (name) {
    case 'all':
      return quantifier(node, loop, body, false);
    case 'exists':
      return quantifier(node, loop, body, true);
    case 'exists_one':
      return (frame) => collect(node, loop, frame, body, undefined).length === 1;
    case 'filter':
      return (frame) => collect(node, loop, frame, body, undefined);
    case 'map':
      if (transform) return (frame) => collect(node, loop, frame, body, transform);
      return (frame) => collect(node, loop, frame, undefined, body);
    default:
      throw wrong(node, `there is no form ${name}()`);
  }
}

function collect(
  node: CallNode,
  loop: Loop,
  frame: Frame,
  where: Step | undefined,
  transform: Step | undefined,
): readonly CelValue[] {
  const out: CelValue[] = [];
  eachItem(loop, frame, (item) => {
    if (where && !truth(node, where(frame))) return true;
    out.push(transform ? transform(frame) : item);
    return true;
  });
  return out;
}

/** As with `&&` and `||`: an error in one round does not count where another round decides. */
function quantifier(node: CallNode, loop: Loop, body: Step, decisive: boolean): Step {
  return (frame) => {
    let failure: unknown;
    let decided = false;
    eachItem(loop, frame, () => {
      try {
        decided = truth(node, body(frame)) === decisive;
      } catch (error) {
        swallow(frame, error);
        failure ??= error;
      }
      return !decided;
    });
    if (decided) return decisive;
    if (failure !== undefined) throw failure;
    return !decisive;
  };
}

/** Goes through the items until `visit` answers false. What the variable held outside is put back afterwards. */
function eachItem(loop: Loop, frame: Frame, visit: (item: CelValue) => boolean): void {
  const items = loop.items(frame);
  const outer = frame.locals[loop.place];
  try {
    for (const item of items) {
      spend(frame, loop.cost);
      frame.locals[loop.place] = item;
      if (!visit(item)) return;
    }
  } finally {
    frame.locals[loop.place] = outer ?? null;
  }
}

function itemsOf(node: CallNode, name: string, value: CelValue, frame: Frame): readonly CelValue[] {
  if (isList(value)) return value;
  if (!isObject(value)) {
    throw new ExpressionError(
      'expression_type',
      `${name}() goes over a list, got ${describeKind(value)} in ${textOf(node)}`,
      node.start,
    );
  }
  const keys = Object.keys(value);
  spend(frame, KEY_STEPS * keys.length);
  return keys;
}

function compileBind(
  node: CallNode,
  [variable, value, body]: readonly [ASTNode, ASTNode | undefined, ASTNode | undefined],
  scope: Scope,
  compiler: Compiler,
): Step {
  if (variable.op !== 'id' || !value || !body) throw wrong(node, 'cel.bind() takes a name, a value and an expression');
  const bound = compiler.compile(value, scope);
  const place = scope.get(variable.args) ?? scope.size;
  const step = compiler.compile(body, new Map(scope).set(variable.args, place));
  return (frame) => {
    const inner = bound(frame);
    const outer = frame.locals[place];
    frame.locals[place] = inner;
    try {
      return step(frame);
    } finally {
      frame.locals[place] = outer ?? null;
    }
  };
}

function firstOf(options: readonly MaybeStep[], last: Step): Step {
  return (frame) => {
    for (const option of options) {
      const value = option(frame);
      if (value !== undefined && value !== null) return value;
    }
    return last(frame);
  };
}

function truth(node: CallNode, value: CelValue): boolean {
  if (value === true || value === false) return value;
  throw new ExpressionError(
    'expression_type',
    `the condition in ${textOf(node)} must be true or false, got ${describeKind(value)}`,
    node.start,
  );
}

function wrong(node: ASTNode, message: string): ExpressionError {
  return new ExpressionError('expression_syntax', `${message}; in ${textOf(node)}`, node.start);
}
