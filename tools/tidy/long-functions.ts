import { Visitor } from 'oxc-parser';
import type { Problem } from '../problem.ts';
import type { SourceFile } from '../source/source-file.ts';

const MAX_FUNCTION_LINES = 70;
const MAX_COMPONENT_LINES = 150;

type Span = { readonly start: number; readonly end: number };

/**
 * Functions longer than 70 lines; in `.tsx`, components (named in PascalCase) longer than 150. What a function holds
 * under names of their own (a factory's parts) counts for itself and not for the whole.
 */
export function findLongFunctions(file: SourceFile): readonly Problem[] {
  const measured = readFunctions(file);
  return measured.flatMap((each) => {
    const inner = measured.filter((other) => other.name !== null && isWithin(other, each));
    const outermost = inner.filter((other) => !inner.some((between) => isWithin(other, between)));
    const lines = outermost.reduce((rest, other) => rest - linesOf(file, other) + 1, linesOf(file, each));
    const isComponent = file.path.endsWith('.tsx') && /^[A-Z]/.test(each.name ?? '');
    const limit = isComponent ? MAX_COMPONENT_LINES : MAX_FUNCTION_LINES;
    if (lines <= limit) return [];
    const name = each.name ?? 'a function';
    const message = `${name} has ${lines} lines of its own; ${limit} is the most: take out what has a name`;
    return [{ rule: 'function-length', path: file.path, line: file.lineAt(each.start), message }];
  });
}

type Measured = { readonly name: string | null; readonly start: number; readonly end: number };

function readFunctions(file: SourceFile): readonly Measured[] {
  const names = new Map<number, string>();
  const found: Measured[] = [];
  const take = ({ start, end }: Span): void => void found.push({ name: names.get(start) ?? null, start, end });
  new Visitor({
    VariableDeclarator({ id, init }) {
      if (init && id.type === 'Identifier') names.set(init.start, id.name);
    },
    Property({ key, value }) {
      if (key.type === 'Identifier') names.set(value.start, key.name);
    },
    MethodDefinition({ key, value }) {
      if (key.type === 'Identifier') names.set(value.start, key.name);
    },
    FunctionDeclaration(node) {
      if (node.id) names.set(node.start, node.id.name);
      take(node);
    },
    FunctionExpression: take,
    ArrowFunctionExpression: take,
  }).visit(file.program);
  return found;
}

function isWithin(inner: Span, outer: Span): boolean {
  return inner !== outer && inner.start >= outer.start && inner.end <= outer.end;
}

function linesOf(file: SourceFile, { start, end }: Span): number {
  return file.lineAt(end) - file.lineAt(start) + 1;
}
