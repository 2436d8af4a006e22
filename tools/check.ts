/** `npm run check`: everything about the source that a program can judge without running it. One line a step. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { findViolations } from './boundaries/find-violations.ts';
import { findStale } from './generate/generated-files.ts';
import { type Problem, problemLine } from './problem.ts';
import { readSourceFiles } from './source/source-file.ts';
import { findUntidy } from './tidy/find-untidy.ts';

const ROOT = join(import.meta.dirname, '..');
const MAX_SHOWN = 100;

/** What is wrong, as lines to print; none where all is well. */
type Step = { readonly name: string; readonly run: () => Promise<readonly string[]> };

const STEPS: readonly Step[] = [
  { name: 'format and lint', run: async () => lint() },
  { name: 'boundaries', run: async () => lines(findViolations(readSourceFiles(ROOT))) },
  { name: 'types', run: async () => tool('tsc', ['-p', '.', '--pretty', 'false']) },
  { name: 'dead code', run: async () => tool('knip', ['--no-progress']) },
  { name: 'generated files', run: async () => lines(await findStale(ROOT)) },
  { name: 'tidy', run: async () => lines(findUntidy(ROOT)) },
];

let failed = 0;
for (const step of STEPS) {
  const startedAt = performance.now();
  const wrong = await step.run();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${wrong.length === 0 ? 'ok  ' : 'FAIL'} ${step.name} (${seconds} s)`);
  if (wrong.length === 0) continue;
  failed += 1;
  for (const line of wrong.slice(0, MAX_SHOWN)) console.log(`     ${line}`);
  if (wrong.length > MAX_SHOWN) console.log(`     and ${wrong.length - MAX_SHOWN} more`);
}
if (failed > 0) {
  console.log(`\n${failed} of ${STEPS.length} checks failed`);
  process.exitCode = 1;
}

function lines(problems: readonly Problem[]): readonly string[] {
  return problems.map(problemLine);
}

/** Biome fails by itself on errors alone; here every finding counts. */
function lint(): readonly string[] {
  const { status, output } = run('biome', ['check', '--reporter=concise', '--max-diagnostics=none', '.']);
  const findings = output.filter((line) => !/^Checked \d+ files? in .*No fixes applied\.$/.test(line));
  return status === 0 && findings.length === 0 ? [] : findings;
}

function tool(name: string, args: readonly string[]): readonly string[] {
  const { status, output } = run(name, args);
  if (status === 0) return [];
  return output.length > 0 ? output : [`${name} ended with ${status ?? 'a signal'} and said nothing`];
}

function run(name: string, args: readonly string[]): { readonly status: number | null; readonly output: string[] } {
  const program = join(ROOT, 'node_modules', '.bin', name);
  const child = spawnSync(program, args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (child.error) return { status: null, output: [`cannot run ${name}: ${child.error.message}`] };
  const output = `${child.stdout}${child.stderr}`.split('\n').filter((line) => line.trim() !== '');
  return { status: child.status, output };
}
