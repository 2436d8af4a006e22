import type { CelFunction } from './cel-function.ts';
import { ExpressionError } from './expression-error.ts';
import { functions, macros } from './functions.ts';
import type { ASTNode } from './parse-expression.ts';
import { suggest } from './suggest.ts';

export type CallNode = Extract<ASTNode, { op: 'call' | 'rcall' }>;

/** What a call is, in either form of writing. */
export type Call =
  | {
      readonly kind: 'function';
      readonly name: string;
      readonly called: CelFunction;
      readonly args: readonly ASTNode[];
    }
  | { readonly kind: 'macro'; readonly name: string; readonly args: readonly ASTNode[] }
  | { readonly kind: 'bind'; readonly name: string; readonly args: readonly ASTNode[] };

/** Finds out what is called and with how many arguments. Throws `expression_syntax` where it cannot be. */
export function readCall(node: CallNode): Call {
  const name = node.args[0];
  if (node.op === 'rcall' && node.args[1].op === 'id' && node.args[1].args === 'cel' && name === 'bind') {
    assertCount(node, name, node.args[2].length, 3, 3);
    return { kind: 'bind', name, args: node.args[2] };
  }
  const args = node.op === 'call' ? node.args[1] : [node.args[1], ...node.args[2]];
  const range = macros.get(name);
  if (range) {
    assertCount(node, name, args.length, ...range);
    return { kind: 'macro', name, args };
  }
  const called = functions.get(name);
  if (!called) {
    const hint = suggest(name, [...functions.keys(), ...macros.keys()]);
    throw new ExpressionError('expression_syntax', `there is no function ${name}()${hint}`, node.start);
  }
  const most = called.rest ? 32 : called.params.length;
  assertCount(node, name, args.length, called.params.length - (called.optional ?? 0), most);
  return { kind: 'function', name, called, args };
}

function assertCount(node: CallNode, name: string, count: number, least: number, most: number): void {
  if (count >= least && count <= most) return;
  const wanted = least === most ? `${least}` : `${least} to ${most}`;
  throw new ExpressionError(
    'expression_syntax',
    `${name}() takes ${wanted} arguments (what stands before the dot counts), got ${count}`,
    node.start,
  );
}
