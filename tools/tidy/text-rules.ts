import type { Problem } from '../problem.ts';
import { isGenerated } from '../source/source-file.ts';

const MAX_FILE_LINES = 500;
const HAS_A_LENGTH = /\.(ts|tsx|mts|mjs|sql|css)$/;

/** Written apart so that this file does not find itself. */
const LEFT_OPEN = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'HA' + 'CK'].join('|')})\\b`);
const MACHINE_PATH = new RegExp(
  `(^|[\\s"'\`(=:])(/(${['work', 'root', 'Users', 'home'].join('|')})/[A-Za-z.]|[A-Z]:\\\\Users)`,
);
const REGISTRY = /(^|\s)(@[\w-]+:)?registry\s*=\s*['"]?https?:/;
const LOCKED_HOST = /"resolved": "(?:git\+)?\w+:\/\/([^/"]+)/;

/** What is wrong with the text of a file, line by line. */
export function checkText(path: string, text: string): readonly Problem[] {
  const lines = text.split('\n');
  const problems: Problem[] = lines.flatMap((line, index) =>
    lineProblems(path, line).map(([rule, message]) => ({ rule, path, line: index + 1, message })),
  );
  const length = text.endsWith('\n') ? lines.length - 1 : lines.length;
  if (HAS_A_LENGTH.test(path) && !isGenerated(path) && length > MAX_FILE_LINES) {
    const message = `has ${length} lines; ${MAX_FILE_LINES} is the most: give each concept its own file`;
    problems.push({ rule: 'file-length', path, line: null, message });
  }
  return problems;
}

function lineProblems(path: string, line: string): readonly (readonly [rule: string, message: string])[] {
  if (path === 'package-lock.json') return lockProblems(line);
  const problems: (readonly [string, string])[] = [];
  const open = LEFT_OPEN.exec(line);
  if (open) problems.push(['nothing-left-open', `"${open[0]}": do it, or write down why not`]);
  if (MACHINE_PATH.test(line)) problems.push(['no-machine-paths', `names a path of one machine: ${line.trim()}`]);
  if (REGISTRY.test(line)) problems.push(['no-registry-hosts', `names a package registry: ${line.trim()}`]);
  return problems;
}

/** A lock may name the public registry (or no host at all, which any registry satisfies). */
function lockProblems(line: string): readonly (readonly [rule: string, message: string])[] {
  const host = LOCKED_HOST.exec(line)?.[1];
  if (host === undefined || host === 'registry.npmjs.org') return [];
  return [['no-registry-hosts', `is locked to ${host}; only registry.npmjs.org may stand here`]];
}
