import { Visitor } from 'oxc-parser';
import type { Problem } from '../problem.ts';
import type { SourceFile } from '../source/source-file.ts';

const SUITES = new Set(['test', 'it', 'describe', 'suite']);
const WAYS_OUT = new Set(['only', 'skip', 'todo', 'fails', 'skipIf']);

/**
 * Tests that do not run, or keep others from running: `test.only`, `describe.skip` and their like. `runIf` may stand:
 * it says what the machine must be.
 */
export function findSkippedTests(file: SourceFile): readonly Problem[] {
  const problems: Problem[] = [];
  new Visitor({
    MemberExpression(node) {
      const { object, property } = node;
      if (object.type !== 'Identifier' || property.type !== 'Identifier') return;
      if (!SUITES.has(object.name) || !WAYS_OUT.has(property.name)) return;
      const message = `${object.name}.${property.name}: every test runs, everywhere`;
      problems.push({ rule: 'no-skipped-tests', path: file.path, line: file.lineAt(node.start), message });
    },
  }).visit(file.program);
  return problems;
}
