import { type ASTNode, Environment, ParseError } from '@marcbachmann/cel-js';
import { ExpressionError } from './expression-error.ts';
import { LIMITS } from './limits.ts';

export type { ASTNode };

const environment = new Environment({
  unlistedVariablesAreDyn: true,
  enableOptionalTypes: true,
  limits: { maxAstNodes: LIMITS.expressionNodes, maxDepth: LIMITS.expressionDepth },
});

/** Reads CEL source into its tree. Throws `expression_syntax` or `limit_exceeded`, with the place. */
export function parseExpression(source: string): ASTNode {
  if (source.length > LIMITS.expressionChars) {
    throw new ExpressionError(
      'limit_exceeded',
      `the expression has ${source.length} characters; at most ${LIMITS.expressionChars} are allowed`,
    );
  }
  const tree = parse(source);
  if (depthOf(tree) > LIMITS.expressionDepth) {
    throw new ExpressionError('limit_exceeded', `the expression nests deeper than ${LIMITS.expressionDepth} levels`);
  }
  return tree;
}

/** Every direct part of a node, in source order. */
export function partsOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return [];
    case '.':
    case '.?':
      return [node.args[0]];
    case 'call':
      return node.args[1];
    case 'rcall':
      return [node.args[1], ...node.args[2]];
    case 'list':
      return node.args;
    case 'map':
      return node.args.flat();
    case '!_':
    case '-_':
      return [node.args];
    case '[]':
    case '[?]':
    case '?:':
    case '||':
    case '&&':
    case '==':
    case '!=':
    case 'in':
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return node.args;
  }
}

/** How many nodes a tree has: what one round of it costs. */
export function sizeOf(node: ASTNode): number {
  let size = 0;
  const pending = [node];
  for (let next = pending.pop(); next; next = pending.pop()) {
    size += 1;
    pending.push(...partsOf(next));
  }
  return size;
}

/** The source text of a node, on one line. */
export function textOf(node: ASTNode): string {
  return node.input.slice(node.start, node.end).replaceAll(/\s+/g, ' ').slice(0, 200);
}

function parse(source: string): ASTNode {
  try {
    return environment.parse(source).ast;
  } catch (error) {
    if (error instanceof RangeError) {
      throw new ExpressionError('limit_exceeded', `the expression nests deeper than ${LIMITS.expressionDepth} levels`);
    }
    if (!(error instanceof ParseError)) throw error;
    const at = error.range?.start;
    const limit = error.code === 'limit_exceeded';
    const place = at === undefined ? '' : ` at character ${at + 1}`;
    throw new ExpressionError(limit ? 'limit_exceeded' : 'expression_syntax', `${error.summary}${place}`, at);
  }
}

function depthOf(tree: ASTNode): number {
  let deepest = 0;
  const pending: [ASTNode, number][] = [[tree, 1]];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const [node, depth] = next;
    deepest = Math.max(deepest, depth);
    for (const part of partsOf(node)) pending.push([part, depth + 1]);
  }
  return deepest;
}
