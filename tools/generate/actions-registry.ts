import { posix } from 'node:path';
import type { SourceFile } from '../source/source-file.ts';
import { isTest } from '../source/source-file.ts';

const ACTION_FILE = /^app\/features\/[^/]+\/server\/actions\/[^/]+\.ts$/;
const DEFINERS = new Set(['definePure', 'defineExternal', 'defineRecord']);

type Listed = { readonly kind: 'action' | 'factory'; readonly name: string; readonly path: string };

/**
 * The registry of every action of every feature, as source. Each file under `server/actions/` exports one action
 * (`export const textFormat = definePure(…)`) or one factory (`export function createEmailSend(deps)`), whose
 * argument names what it needs; the registry asks for all of that together.
 */
export function writeActionsRegistry(files: readonly SourceFile[], folder = 'app/features'): string {
  const listed = files.filter((file) => ACTION_FILE.test(file.path) && !isTest(file.path)).flatMap(readAction);
  const factories = listed.filter((each) => each.kind === 'factory');
  const needs = factories.map((each) => `Parameters<typeof ${each.name}>[0]`);
  return [
    '/** Every action there is. Written by `npm run generate`; change what it lists, not this file. */',
    ...listed.map((each) => `import { ${each.name} } from './${posix.relative(folder, each.path)}';`),
    '',
    '/** What the actions need of their host, taken together. */',
    ...(needs.length === 0
      ? ['export type ActionDeps = unknown;']
      : ['export type ActionDeps =', `  ${needs.join(' &\n  ')};`]),
    '',
    `export const createActions = (${needs.length === 0 ? '_deps' : 'deps'}: ActionDeps) => [`,
    ...listed.map((each) => `  ${each.kind === 'factory' ? `${each.name}(deps)` : each.name},`),
    '] as const;',
    '',
  ].join('\n');
}

/** A file that exports no action at all is a part of its neighbours and is left out. */
function readAction(file: SourceFile): readonly Listed[] {
  const found = exportedNames(file);
  const [first, second] = found;
  if (first === undefined) return [];
  if (second !== undefined) {
    throw new Error(`${file.path} exports ${first.name} and ${second.name}; a file holds one action or one factory`);
  }
  return [{ ...first, path: file.path }];
}

function exportedNames(file: SourceFile): readonly Omit<Listed, 'path'>[] {
  return file.program.body.flatMap((statement): readonly Omit<Listed, 'path'>[] => {
    if (statement.type !== 'ExportNamedDeclaration' || !statement.declaration) return [];
    const { declaration } = statement;
    if (declaration.type === 'FunctionDeclaration') {
      return declaration.id && isFactory(declaration.id.name) ? [{ kind: 'factory', name: declaration.id.name }] : [];
    }
    if (declaration.type !== 'VariableDeclaration') return [];
    return declaration.declarations.flatMap(({ id, init }): readonly Omit<Listed, 'path'>[] => {
      if (id.type !== 'Identifier' || !init) return [];
      if (isFactory(id.name)) return [{ kind: 'factory', name: id.name }];
      const defines =
        init.type === 'CallExpression' && init.callee.type === 'Identifier' && DEFINERS.has(init.callee.name);
      return defines ? [{ kind: 'action', name: id.name }] : [];
    });
  });
}

function isFactory(name: string): boolean {
  return /^create[A-Z]/.test(name);
}
