import { posix } from 'node:path';
import { Visitor } from 'oxc-parser';
import type { SourceFile } from './source-file.ts';

type ImportTarget =
  /** A file of this repository, by path from its root. It need not exist: the type check finds that. */
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'package'; readonly name: string }
  /** `node:fs` and the like, without the prefix. */
  | { readonly kind: 'node'; readonly name: string };

export type Import = {
  readonly specifier: string;
  readonly target: ImportTarget;
  /** True where nothing of it is left at run time. */
  readonly typeOnly: boolean;
  readonly line: number;
  /** What is taken by name; empty where all of it is. */
  readonly names: readonly string[];
};

/** Workspace packages, as their `exports` map them. */
const WORKSPACES: readonly { readonly prefix: string; readonly folder: string }[] = [
  { prefix: '@mainspring/engine/', folder: 'engine/src/' },
  { prefix: '@mainspring/sdk/', folder: 'sdk/src/' },
  { prefix: '@mainspring/app/', folder: 'app/' },
];

/** Every import of a file: static, re-exported, dynamic with a literal, and `import('…')` types. */
export function readImports(file: SourceFile): readonly Import[] {
  const imports: Import[] = [];
  const add = (specifier: string, start: number, typeOnly: boolean, names: readonly string[] = []): void => {
    imports.push({ specifier, target: resolveImport(file.path, specifier), typeOnly, line: file.lineAt(start), names });
  };
  new Visitor({
    ImportDeclaration(node) {
      const named = node.specifiers;
      const onlyTypes =
        named.length > 0 && named.every((each) => each.type === 'ImportSpecifier' && each.importKind === 'type');
      const names = named.flatMap((each) =>
        each.type === 'ImportSpecifier' && each.imported.type === 'Identifier' ? [each.imported.name] : [],
      );
      const takesAll = names.length < named.length;
      add(node.source.value, node.start, node.importKind === 'type' || onlyTypes, takesAll ? [] : names);
    },
    ExportAllDeclaration(node) {
      add(node.source.value, node.start, node.exportKind === 'type');
    },
    ExportNamedDeclaration(node) {
      if (node.source) add(node.source.value, node.start, node.exportKind === 'type');
    },
    ImportExpression(node) {
      if (node.source.type === 'Literal' && typeof node.source.value === 'string') {
        add(node.source.value, node.start, false);
      }
    },
    TSImportType(node) {
      add(node.source.value, node.start, true);
    },
  }).visit(file.program);
  return imports;
}

function resolveImport(from: string, specifier: string): ImportTarget {
  if (specifier.startsWith('.')) {
    return { kind: 'file', path: posix.normalize(posix.join(posix.dirname(from), specifier)) };
  }
  if (specifier.startsWith('node:')) return { kind: 'node', name: specifier.slice('node:'.length) };
  const workspace = WORKSPACES.find((each) => specifier.startsWith(each.prefix));
  if (workspace) return { kind: 'file', path: workspace.folder + specifier.slice(workspace.prefix.length) };
  const parts = specifier.split('/');
  return { kind: 'package', name: parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/') };
}
