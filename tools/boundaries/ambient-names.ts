/** Names that a file takes from its host instead of importing them, and syntax that only makes sense with a host. */
import { Visitor } from 'oxc-parser';
import type { SourceFile } from '../source/source-file.ts';

export type Ambient = { readonly name: string; readonly line: number };

const HOST_NAMES = new Set([
  'performance',
  'process',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'fetch',
  'crypto',
  'console',
  'require',
  'Buffer',
  'XMLHttpRequest',
  'WebSocket',
  'localStorage',
  'document',
  'window',
  'globalThis',
]);

/** `Date.now` and its like, by object and member. */
const HOST_MEMBERS = new Set(['Date.now', 'Math.random', 'Temporal.Now']);

/**
 * Uses of the clock, of randomness, of the host's globals, and of `async`. A name that the file itself binds
 * (import, parameter, variable) is its own and not the host's.
 */
export function findAmbient(file: SourceFile): readonly Ambient[] {
  const found: Ambient[] = [];
  const references: Ambient[] = [];
  const bound = new Set<string>();
  const at = (name: string, start: number): Ambient => ({ name, line: file.lineAt(start) });
  const notReferences = new Set<number>();
  const async = (node: { readonly async: boolean; readonly start: number }): void => {
    if (node.async) found.push(at('async', node.start));
  };

  new Visitor({
    MemberExpression(node) {
      if (!node.computed) notReferences.add(node.property.start);
      if (node.object.type !== 'Identifier' || node.property.type !== 'Identifier') return;
      const name = `${node.object.name}.${node.property.name}`;
      if (HOST_MEMBERS.has(name)) found.push(at(name, node.start));
    },
    Property(node) {
      if (!node.computed && !node.shorthand) notReferences.add(node.key.start);
    },
    TSPropertySignature(node) {
      notReferences.add(node.key.start);
    },
    TSMethodSignature(node) {
      notReferences.add(node.key.start);
    },
    MethodDefinition(node) {
      if (!node.computed) notReferences.add(node.key.start);
    },
    PropertyDefinition(node) {
      if (!node.computed) notReferences.add(node.key.start);
    },
    NewExpression(node) {
      if (node.callee.type === 'Identifier' && node.callee.name === 'Date' && node.arguments.length === 0) {
        found.push(at('new Date()', node.start));
      }
    },
    CallExpression(node) {
      if (node.callee.type === 'Identifier' && node.callee.name === 'Date') found.push(at('Date()', node.start));
    },
    VariableDeclarator(node) {
      for (const name of boundNames(node.id)) bound.add(name);
    },
    ImportSpecifier(node) {
      bound.add(node.local.name);
    },
    Identifier(node) {
      if (HOST_NAMES.has(node.name)) references.push({ name: node.name, line: node.start });
    },
    FunctionDeclaration(node) {
      if (node.id) bound.add(node.id.name);
      for (const name of node.params.flatMap(boundNames)) bound.add(name);
      async(node);
    },
    FunctionExpression(node) {
      for (const name of node.params.flatMap(boundNames)) bound.add(name);
      async(node);
    },
    ArrowFunctionExpression(node) {
      for (const name of node.params.flatMap(boundNames)) bound.add(name);
      async(node);
    },
    AwaitExpression(node) {
      found.push(at('await', node.start));
    },
    ForOfStatement(node) {
      if (node.await) found.push(at('for await', node.start));
    },
  }).visit(file.program);

  const fromHost = references.filter(({ name, line: start }) => !bound.has(name) && !notReferences.has(start));
  return [...found, ...fromHost.map(({ name, line: start }) => at(name, start))];
}

/** Names that a pattern binds. Written for any node shape, since patterns nest in several. */
function boundNames(pattern: unknown): readonly string[] {
  if (typeof pattern !== 'object' || pattern === null) return [];
  const node = pattern as { readonly [key: string]: unknown };
  if (node.type === 'Identifier') return [String(node.name)];
  const inner = [node.left, node.argument, node.value, node.parameter];
  const lists = [node.elements, node.properties].flatMap((list) => (Array.isArray(list) ? list : []));
  return [...inner, ...lists].flatMap(boundNames);
}
