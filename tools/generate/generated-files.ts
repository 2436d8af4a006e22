/** The files that are written by program and committed, so that types hold and search finds what they list. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
  {
    path: 'package-lock.json',
    make: async (root) => completeLock(readFileSync(join(root, 'package-lock.json'), 'utf8')),
  },
];

/** Writes what is missing or stale; answers the paths written. */
export async function writeGenerated(root: string): Promise<readonly string[]> {
  const stale = await readStale(root);
  for (const { path, text } of stale) writeFileSync(join(root, path), text);
  return stale.map(({ path }) => path);
}

export async function findStale(root: string): Promise<readonly Problem[]> {
  const message = 'is not what its sources say: run npm run generate and commit it';
  return (await readStale(root)).map(({ path }) => ({ rule: 'generated-is-current', path, line: null, message }));
}

async function readStale(root: string): Promise<readonly { readonly path: string; readonly text: string }[]> {
  const made: { readonly path: string; readonly text: string }[] = [];
  for (const { path, make } of GENERATED) made.push({ path, text: await make(root) });
  return made.filter(({ path, text }) => read(join(root, path)) !== text);
}

function read(path: string): string | null {
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}
