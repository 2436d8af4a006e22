import type { CelFunction } from './cel-function.ts';
import { type CelValue, describeKind, KIND_NAMES, kindOf } from './cel-value.ts';
import { compileMacro } from './compile-macro.ts';
import { ExpressionError } from './expression-error.ts';
import { spend } from './frame.ts';
import { textOf } from './parse-expression.ts';
import { type CallNode, readCall } from './read-call.ts';
import type { Compiler, Scope, Step } from './step.ts';

export function compileCall(node: CallNode, scope: Scope, compiler: Compiler): Step {
  const call = readCall(node);
  switch (call.kind) {
    case 'function':
      return compileFunction(
        node,
        call.name,
        call.called,
        call.args.map((arg) => compiler.compile(arg, scope)),
      );
    case 'macro':
    case 'bind':
      return compileMacro(node, call, scope, compiler);
  }
}

function compileFunction(node: CallNode, name: string, called: CelFunction, args: readonly Step[]): Step {
  return (frame) => {
    spend(frame, 1);
    const values = args.map((arg) => arg(frame));
    for (const [index, value] of values.entries()) assertKind(node, name, called, index, value);
    return called.run(values, frame);
  };
}

function assertKind(node: CallNode, name: string, called: CelFunction, index: number, value: CelValue): void {
  const param = called.params[Math.min(index, called.params.length - 1)];
  if (!param || param.kinds === 'any' || (param.kinds as readonly string[]).includes(kindOf(value))) return;
  const wanted = param.kinds.map((kind) => KIND_NAMES[kind]).join(' or ');
  throw new ExpressionError(
    'expression_type',
    `${name}() takes ${wanted} as its ${param.name}, got ${describeKind(value)} in ${textOf(node)}`,
    node.start,
  );
}
