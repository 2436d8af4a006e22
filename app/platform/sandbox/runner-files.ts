import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const CHILD = join(import.meta.dirname, 'child');

/** What a process of the sandbox starts from. */
export const QUICK_JS_RUNNER = join(CHILD, 'main.mjs');

/** The folders from which a runner loads itself and QuickJS; it reads nothing else. */
export function readableFolders(runner: string): readonly string[] {
  const packages = new Set<string>();
  addPackage('quickjs-emscripten', import.meta.url, packages);
  return [...new Set([CHILD, dirname(runner), ...packages])];
}

/** With all that it depends on, wherever npm has put it. Their entries lie in `dist`. */
function addPackage(name: string, from: string, found: Set<string>): void {
  const require = createRequire(from);
  const entry = require.resolve(name);
  const folder = dirname(dirname(entry));
  if (found.has(folder)) return;
  found.add(folder);
  const { dependencies = {} } = require(join(folder, 'package.json')) as { dependencies?: Record<string, string> };
  for (const each of Object.keys(dependencies)) addPackage(each, entry, found);
}
