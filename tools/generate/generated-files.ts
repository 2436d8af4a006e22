/** The files that are written by program and committed, so that types hold and search finds what they list. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateTables } from '../../app/platform/db/generate-tables.ts';
import { completeLock } from '../lock/complete-lock.ts';
import type { Problem } from '../problem.ts';
import { readSourceFiles } from '../source/source-file.ts';
import { writeActionsRegistry } from './actions-registry.ts';

type Generated = { readonly path: string; readonly make: (root: string) => Promise<string> };

const GENERATED: readonly Generated[] = [
  {
    path: 'app/features/actions.generated.ts',
    make: async (root) => writeActionsRegistry(readSourceFiles(root)),
  },
  { path: 'app/platform/db/tables.generated.ts', make: generateTables },
  {
    path: 'package-lock.json',
    make: async (root) => completeLock(readFileSync(join(root, 'package-lock.json'), 'utf8')),
  },
];

/** Writes what is missing or stale; answers the paths written. */
export async function writeGenerated(root: string): Promise<readonly string[]> {
  const written: string[] = [];
  for (const { path, make } of GENERATED) {
    const text = await make(root);
    if (text === read(join(root, path))) continue;
    writeFileSync(join(root, path), text);
    written.push(path);
  }
  return written;
}

export async function findStale(root: string): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const { path, make } of GENERATED) {
    const message = await whatIsWrong(join(root, path), () => make(root));
    if (message !== null) problems.push({ rule: 'generated-is-current', path, line: null, message });
  }
  return problems;
}

async function whatIsWrong(path: string, make: () => Promise<string>): Promise<string | null> {
  try {
    return (await make()) === read(path) ? null : 'is not what its sources say: run npm run generate and commit it';
  } catch (error) {
    return `cannot be made: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function read(path: string): string | null {
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}
