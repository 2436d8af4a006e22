import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { problemLine } from '../problem.ts';
import { readSourceFiles } from '../source/source-file.ts';
import { findViolations, RULES } from './find-violations.ts';

const ROOT = join(import.meta.dirname, '../..');
const PLANTED = join(import.meta.dirname, 'planted');

describe('boundaries', () => {
  test('every rule has a planted violation, and no plant is left of a rule that is gone', () => {
    expect(readdirSync(PLANTED).sort()).toEqual([...RULES].sort());
  });

  /** In a plant, the files that break the rule say so in a comment; all others of the plant are sound. */
  test.each(readdirSync(PLANTED))('%s is reported in its plant, there alone and nothing else', (rule) => {
    const files = readSourceFiles(join(PLANTED, rule));
    const breaking = files.filter((file) => file.text.includes('// breaks the rule'));
    const found = findViolations(files);
    expect(breaking).not.toEqual([]);
    expect(new Set(found.map((problem) => problem.rule))).toEqual(new Set([rule]));
    expect([...new Set(found.map((problem) => problem.path))].sort()).toEqual(breaking.map((file) => file.path));
  });

  test('the source tree keeps every rule', () => {
    expect(findViolations(readSourceFiles(ROOT)).map(problemLine)).toEqual([]);
  });
});
