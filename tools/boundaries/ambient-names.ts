/** What a file takes from its host instead of importing it: clock, randomness, globals, and `async`. */
import { Visitor } from 'oxc-parser';
import type { SourceFile } from '../source/source-file.ts';

type Ambient = { readonly name: string; readonly line: number };
type Found = { readonly name: string; readonly start: number };

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

const HOST_MEMBERS = new Set(['Date.now', 'Math.random', 'Temporal.Now']);

/** A name that the file itself binds (import, parameter, variable) is its own and not the host's. */
export function findAmbient(file: SourceFile): readonly Ambient[] {
  const own = boundNames(file);
  const globals = readNames(file).filter(({ name }) => HOST_NAMES.has(name) && !own.has(name));
  return [...globals, ...clockAndRandomness(file), ...asynchrony(file)]
    .sort((a, b) => a.start - b.start)
    .map(({ name, start }) => ({ name, line: file.lineAt(start) }));
}

function clockAndRandomness(file: SourceFile): readonly Found[] {
  const found: Found[] = [];
  new Visitor({
    MemberExpression({ object, property, start }) {
      if (object.type !== 'Identifier' || property.type !== 'Identifier') return;
      const name = `${object.name}.${property.name}`;
      if (HOST_MEMBERS.has(name)) found.push({ name, start });
    },
    NewExpression(node) {
      const isDate = node.callee.type === 'Identifier' && node.callee.name === 'Date';
      if (isDate && node.arguments.length === 0) found.push({ name: 'new Date()', start: node.start });
    },
    CallExpression({ callee, start }) {
      if (callee.type === 'Identifier' && callee.name === 'Date') found.push({ name: 'Date()', start });
    },
  }).visit(file.program);
  return found;
}

function asynchrony(file: SourceFile): readonly Found[] {
  const found: Found[] = [];
  const check = (node: { readonly async: boolean; readonly start: number }): void => {
    if (node.async) found.push({ name: 'async', start: node.start });
  };
  new Visitor({
    FunctionDeclaration: check,
    FunctionExpression: check,
    ArrowFunctionExpression: check,
    AwaitExpression({ start }) {
      found.push({ name: 'await', start });
    },
    ForOfStatement(node) {
      if (node.await) found.push({ name: 'for await', start: node.start });
    },
  }).visit(file.program);
  return found;
}

/** Every identifier that is not merely the name of a member: `a` and `c` in `a.b = { d: c }`. */
function readNames(file: SourceFile): readonly Found[] {
  const names: Found[] = [];
  const members = new Set<number>();
  const member = (node: { readonly key: { readonly start: number }; readonly computed: boolean }): void => {
    if (!node.computed) members.add(node.key.start);
  };
  new Visitor({
    Identifier({ name, start }) {
      names.push({ name, start });
    },
    MemberExpression(node) {
      if (!node.computed) members.add(node.property.start);
    },
    Property(node) {
      if (!node.shorthand) member(node);
    },
    MethodDefinition: member,
    PropertyDefinition: member,
    TSPropertySignature: member,
    TSMethodSignature: member,
  }).visit(file.program);
  return names.filter(({ start }) => !members.has(start));
}

function boundNames(file: SourceFile): ReadonlySet<string> {
  const bound = new Set<string>();
  const bind = (pattern: unknown): void => {
    for (const name of patternNames(pattern)) bound.add(name);
  };
  const parameters = (node: { readonly params: readonly unknown[] }): void => node.params.forEach(bind);
  new Visitor({
    VariableDeclarator: (node) => bind(node.id),
    ImportSpecifier: (node) => bind(node.local),
    FunctionDeclaration(node) {
      bind(node.id);
      parameters(node);
    },
    FunctionExpression: parameters,
    ArrowFunctionExpression: parameters,
    TSFunctionType: parameters,
    TSMethodSignature: parameters,
  }).visit(file.program);
  return bound;
}

/** Written for any node, since patterns nest in several shapes. */
function patternNames(pattern: unknown): readonly string[] {
  if (typeof pattern !== 'object' || pattern === null) return [];
  const node = pattern as { readonly [key: string]: unknown };
  if (node.type === 'Identifier') return [String(node.name)];
  const inner = [node.left, node.argument, node.value, node.parameter];
  const lists = [node.elements, node.properties].flatMap((list) => (Array.isArray(list) ? list : []));
  return [...inner, ...lists].flatMap(patternNames);
}
