import { Visitor } from 'oxc-parser';
import type { Problem } from '../problem.ts';
import type { SourceFile } from '../source/source-file.ts';

const MAX_FUNCTION_LINES = 70;
const MAX_COMPONENT_LINES = 150;

type Sized = { readonly start: number; readonly end: number };

/** Functions longer than 70 lines; in `.tsx`, components (named in PascalCase) longer than 150. */
export function findLongFunctions(file: SourceFile): readonly Problem[] {
  const problems: Problem[] = [];
  const names = new Map<number, string>();
  const measure = (node: Sized, name: string): void => {
    const lines = file.lineAt(node.end) - file.lineAt(node.start) + 1;
    const isComponent = file.path.endsWith('.tsx') && /^[A-Z]/.test(name);
    const limit = isComponent ? MAX_COMPONENT_LINES : MAX_FUNCTION_LINES;
    if (lines <= limit) return;
    const message = `${name} has ${lines} lines; ${limit} is the most: take out what has a name of its own`;
    problems.push({ rule: 'function-length', path: file.path, line: file.lineAt(node.start), message });
  };
  new Visitor({
    VariableDeclarator(node) {
      if (node.init && node.id.type === 'Identifier') names.set(node.init.start, node.id.name);
    },
    Property(node) {
      if (node.key.type === 'Identifier') names.set(node.value.start, node.key.name);
    },
    MethodDefinition(node) {
      if (node.key.type === 'Identifier') names.set(node.value.start, node.key.name);
    },
    FunctionDeclaration(node) {
      measure(node, node.id?.name ?? 'a function');
    },
    FunctionExpression(node) {
      measure(node, names.get(node.start) ?? 'a function');
    },
    ArrowFunctionExpression(node) {
      measure(node, names.get(node.start) ?? 'a function');
    },
  }).visit(file.program);
  return problems;
}
