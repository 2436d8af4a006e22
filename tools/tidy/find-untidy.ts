/** The house style as far as a program can tell: lengths, names, what must not stand in a tree, dead links. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../problem.ts';
import { isTest, readSourceFiles, repositoryFiles } from '../source/source-file.ts';
import { applyExceptions, readExceptions } from './exceptions.ts';
import { checkFileName } from './file-names.ts';
import { findDeadLinks } from './links.ts';
import { findLongFunctions } from './long-functions.ts';
import { findSkippedTests } from './skipped-tests.ts';
import { checkText } from './text-rules.ts';

const TEXT = /(\.(ts|tsx|mts|mjs|js|json|sql|md|css|html|yaml|yml|sh|csv|txt)|\/run|\.npmrc|\.gitignore)$/;

export function findUntidy(root: string): readonly Problem[] {
  const paths = repositoryFiles(root);
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  const exists = (path: string): boolean => existsSync(join(root, path));
  const texts = paths.filter((path) => TEXT.test(path)).map((path) => ({ path, text: read(path) }));
  const sources = readSourceFiles(root, paths);
  const found = [
    ...paths.flatMap(checkFileName),
    ...texts.flatMap(({ path, text }) => checkText(path, text)),
    ...texts.flatMap(({ path, text }) => (path.endsWith('.md') ? findDeadLinks(path, text, exists, read) : [])),
    // A suite is one long function by nature.
    ...sources.filter((file) => !isTest(file.path)).flatMap(findLongFunctions),
    ...sources.filter((file) => isTest(file.path)).flatMap(findSkippedTests),
  ];
  return applyExceptions(found, readExceptions(root));
}
