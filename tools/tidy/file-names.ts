import { posix } from 'node:path';
import type { Problem } from '../problem.ts';

const KEBAB = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;
/** Names that others look for as they are. */
const CUSTOMARY = new Set(['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'LICENSE', 'Dockerfile']);
const TEST_KINDS = new Set(['prop', 'db', 'api']);
const MIGRATION = /^\d{8}-\d{4}-[a-z0-9]+(-[a-z0-9]+)*\.sql$/;
const DECISION = /^\d{3}-[a-z0-9]+(-[a-z0-9]+)*\.md$/;

/** What is wrong with the name of a file, by its path alone. */
export function checkFileName(path: string): readonly Problem[] {
  const name = posix.basename(path);
  const folder = posix.basename(posix.dirname(path));
  const at = (rule: string, message: string): Problem => ({ rule, path, line: null, message });
  const problems: Problem[] = [];
  const crooked = path.split('/').find((part) => !CUSTOMARY.has(part) && !KEBAB.test(part));
  if (crooked !== undefined) problems.push(at('kebab-case', `"${crooked}" is not kebab-case, such as claim-runs.ts`));
  const wrongTestName = testNameProblem(name);
  if (wrongTestName !== null) problems.push(at('test-names', wrongTestName));
  if (folder === 'migrations' && !MIGRATION.test(name)) {
    problems.push(at('migration-names', 'is not named like 20261121-0900-add-runs.sql'));
  }
  if (path.startsWith('docs/decisions/') && !DECISION.test(name)) {
    problems.push(at('decision-names', 'is not named like 014-what-was-decided.md'));
  }
  return problems;
}

function testNameProblem(name: string): string | null {
  if (/\.(spec|tests)\.[a-z]+$|_test\.[a-z]+$/.test(name)) return 'tests are named x.test.ts';
  const kind = /\.([a-z0-9-]+)\.test\.tsx?$/.exec(name)?.[1];
  if (kind === undefined || TEST_KINDS.has(kind)) return null;
  return `".${kind}.test" is no kind of test: x.test.ts (pure), x.prop.test.ts, x.db.test.ts or x.api.test.ts`;
}
