import { ExpressionError } from './expression-error.ts';
import { type ASTNode, parseExpression, partsOf } from './parse-expression.ts';
import { printExpression } from './print-expression.ts';

/** `path` leads into the event (`data.from`); `other` is CEL source that reads neither the event nor the clock. */
export type EventEquality = { readonly path: string; readonly other: string };

/**
 * Which fields of an event a condition demands to equal something known beforehand, so that waiting runs can be found
 * by a look-up: the `event.data.a.b == x` (either way round) among what the whole condition joins with `&&`.
 * Source that cannot be read demands nothing; evaluating it tells why.
 *
 * @example equalityOnEvent("event.data.from == client.phone && event.data.n > 2") // [{ path: 'data.from', other: 'client.phone' }]
 */
export function equalityOnEvent(source: string): readonly EventEquality[] {
  try {
    return conjunctsOf(parseExpression(source)).flatMap((node) => equalityOf(node) ?? []);
  } catch (error) {
    if (error instanceof ExpressionError) return [];
    throw error;
  }
}

function conjunctsOf(node: ASTNode): readonly ASTNode[] {
  return node.op === '&&' ? node.args.flatMap(conjunctsOf) : [node];
}

function equalityOf(node: ASTNode): EventEquality | undefined {
  if (node.op !== '==') return undefined;
  const [left, right] = node.args;
  return equalityOfSides(left, right) ?? equalityOfSides(right, left);
}

function equalityOfSides(field: ASTNode, other: ASTNode): EventEquality | undefined {
  const path = pathInEvent(field);
  if (path?.[0] !== 'data' || path.length < 2 || readsEventOrClock(other)) return undefined;
  return { path: path.join('.'), other: printExpression(other) };
}

function pathInEvent(node: ASTNode): readonly string[] | undefined {
  if (node.op === 'id') return node.args === 'event' ? [] : undefined;
  // Not `.?`: what is missing would equal null, and no look-up finds what is not there.
  if (node.op !== '.') return undefined;
  const holder = pathInEvent(node.args[0]);
  return holder && [...holder, node.args[1]];
}

function readsEventOrClock(node: ASTNode): boolean {
  if (node.op === 'id') return node.args === 'event' || node.args === 'now';
  return partsOf(node).some(readsEventOrClock);
}
