import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Program, parseSync } from 'oxc-parser';
import { listFiles } from './list-files.ts';

export type SourceFile = {
  readonly path: string;
  readonly text: string;
  readonly program: Program;
  /** 1 for the first line. */
  readonly lineAt: (offset: number) => number;
};

/** Folders with source of our own. `tools/boundaries/planted` breaks every rule on purpose. */
const PLANTED = 'tools/boundaries/planted';
const SOURCE = /\.(ts|tsx|mts|mjs)$/;

/** The repository's files, all kinds, without the planted ones. */
export function repositoryFiles(root: string): readonly string[] {
  return listFiles(root, (path) => path === PLANTED);
}

/** Every TypeScript and JavaScript module below `root`, parsed. Throws with path and place where one does not parse. */
export function readSourceFiles(root: string, paths = repositoryFiles(root)): readonly SourceFile[] {
  return paths
    .filter((path) => SOURCE.test(path))
    .map((path) => parseSource(path, readFileSync(join(root, path), 'utf8')));
}

export function parseSource(path: string, text: string): SourceFile {
  const result = parseSync(path, text);
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length;
  const [error] = result.errors;
  if (error) throw new SyntaxError(`${path}:${lineAt(error.labels[0]?.start ?? 0)} ${error.message}`);
  return { path, text, program: result.program, lineAt };
}

export function isTest(path: string): boolean {
  return /\.(test|e2e)\.tsx?$/.test(path);
}

export function isGenerated(path: string): boolean {
  return path.includes('.generated.');
}
