import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Problem, problemLine } from '../problem.ts';
import { parseSource } from '../source/source-file.ts';
import { applyExceptions } from './exceptions.ts';
import { checkFileName } from './file-names.ts';
import { findUntidy } from './find-untidy.ts';
import { findDeadLinks } from './links.ts';
import { findLongFunctions } from './long-functions.ts';
import { findSkippedTests } from './skipped-tests.ts';
import { checkText } from './text-rules.ts';

const rules = (problems: readonly Problem[]): readonly string[] => problems.map((problem) => problem.rule);
const lines = (count: number): string => 'x;\n'.repeat(count);

test('the tree is tidy', () => {
  expect(findUntidy(join(import.meta.dirname, '../..')).map(problemLine)).toEqual([]);
});

describe('file names', () => {
  test.each([
    ['app/runtime/claim-runs.ts', []],
    ['app/runtime/claimRuns.ts', ['kebab-case']],
    ['app/Runtime/claim.ts', ['kebab-case']],
    ['app/snake_case.ts', ['kebab-case']],
    ['README.md', []],
    ['docs/Notes.md', ['kebab-case']],
    ['.github/x.yml', []],
    ['a/x.test.ts', []],
    ['a/x.prop.test.ts', []],
    ['a/x.db.test.ts', []],
    ['a/x.api.test.ts', []],
    ['a/x.unit.test.ts', ['test-names']],
    ['a/x.spec.ts', ['test-names']],
    ['a/migrations/20261121-0900-add-runs.sql', []],
    ['a/migrations/001-add-runs.sql', ['migration-names']],
    ['docs/decisions/001-node.md', []],
    ['docs/decisions/node.md', ['decision-names']],
  ])('%s: %j', (path, expected) => {
    expect(rules(checkFileName(path))).toEqual(expected);
  });
});

describe('texts', () => {
  const todo = 'TO' + 'DO';
  const home = '/ho' + 'me/someone/x';
  test.each([
    ['plain code', 'a.ts', 'const a = 1;\n', []],
    ['500 lines', 'a.ts', lines(500), []],
    ['501 lines', 'a.ts', lines(501), ['file-length']],
    ['501 generated lines', 'a.generated.ts', lines(501), []],
    ['501 lines of prose', 'a.md', lines(501), []],
    ['a note to oneself', 'a.ts', `// ${todo}: more`, ['nothing-left-open']],
    ['a path of one machine', 'a.ts', `const path = '${home}';`, ['no-machine-paths']],
    ['an address with such a path', 'a.md', `see https://example.com${home}`, []],
    ['a registry', '.npmrc', `${'regis'}${'try'}=https://packages.example.com/`, ['no-registry-hosts']],
    ['a metrics registry', 'a.ts', 'const registry = new Registry();', []],
    ['the public registry', 'package-lock.json', '"resolved": "https://registry.npmjs.org/zod/-/zod-4.6.7.tgz",', []],
    ['a private one', 'package-lock.json', '"resolved": "https://packages.example.com/x.tgz",', ['no-registry-hosts']],
    ['a workspace', 'package-lock.json', '"resolved": "engine",', []],
  ])('%s', (_name, path, text, expected) => {
    expect(rules(checkText(path, text))).toEqual(expected);
  });
});

describe('functions', () => {
  const body = (count: number): string => `{\n${'  x();\n'.repeat(count)}}`;
  test.each([
    ['a function of 70 lines', 'a.ts', `export function f() ${body(68)}`, []],
    ['a function of 71 lines', 'a.ts', `export function f() ${body(69)}`, ['function-length']],
    ['an arrow function', 'a.ts', `export const f = () => ${body(69)};`, ['function-length']],
    ['a method', 'a.ts', `export class C { f() ${body(69)} }`, ['function-length']],
    [
      'a factory of long parts that have names',
      'a.ts',
      `export function create() { const a = () => ${body(60)}; function b() ${body(60)} return { a, b }; }`,
      [],
    ],
    [
      'a callback without a name',
      'a.ts',
      `export function f() { each(() => ${body(69)}); }`,
      ['function-length', 'function-length'],
    ],
    ['a component of 150 lines', 'a.tsx', `export function Page() ${body(148)}`, []],
    ['a component of 151 lines', 'a.tsx', `export function Page() ${body(149)}`, ['function-length']],
    ['a plain function beside components', 'a.tsx', `export function f() ${body(69)}`, ['function-length']],
  ])('%s', (_name, path, text, expected) => {
    expect(rules(findLongFunctions(parseSource(path, text)))).toEqual(expected);
  });
});

describe('tests', () => {
  test.each([
    ["test('x', () => {});", []],
    ["test.each([1])('x', () => {});", []],
    ["test.only('x', () => {});", ['no-skipped-tests']],
    ["describe.skip('x', () => {});", ['no-skipped-tests']],
    ["it.todo('x');", ['no-skipped-tests']],
    ["test.runIf(isRoot)('x', () => {});", []],
    ["const text = 'test.only';", []],
  ])('%s: %j', (text, expected) => {
    expect(rules(findSkippedTests(parseSource('a.test.ts', text)))).toEqual(expected);
  });
});

describe('links', () => {
  const files = new Map([
    ['docs/a.md', '# Title\n\n## How a run lives'],
    ['docs/b/c.md', ''],
  ]);
  test.each([
    ['[x](b/c.md)', []],
    ['[x](b/d.md)', ['links-resolve']],
    ['[x](#how-a-run-lives)', []],
    ['[x](#how-it-dies)', ['links-resolve']],
    ['[x](https://example.com/none)', []],
  ])('%s: %j', (text, expected) => {
    const read = (path: string): string => files.get(path) ?? '';
    const found = findDeadLinks('docs/a.md', `${text}\n${read('docs/a.md')}`, (path) => files.has(path), read);
    expect(rules(found)).toEqual(expected);
  });
});

describe('exceptions', () => {
  const problem: Problem = { rule: 'file-length', path: 'a.ts', line: null, message: '' };
  test.each([
    ['excuse what they name', [{ rule: 'file-length', path: 'a.ts', reason: 'a table' }], []],
    ['excuse nothing else', [], ['file-length']],
    ['need a reason', [{ rule: 'file-length', path: 'a.ts', reason: ' ' }], ['exceptions']],
    [
      'are taken out when they excuse nothing',
      [{ rule: 'file-length', path: 'b.ts', reason: 'x' }],
      ['file-length', 'exceptions'],
    ],
  ])('%s', (_name, exceptions, expected) => {
    expect(rules(applyExceptions([problem], exceptions))).toEqual(expected);
  });
});
