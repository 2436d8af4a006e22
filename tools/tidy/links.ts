import { posix } from 'node:path';
import type { Problem } from '../problem.ts';

const LINK = /\]\(([^)\s]+)\)/g;

/** Relative links of a Markdown text that lead to no file or to no heading.*/
export function findDeadLinks(
  path: string,
  text: string,
  exists: (path: string) => boolean,
  read: (path: string) => string,
): readonly Problem[] {
  return text.split('\n').flatMap((line, index) =>
    [...line.matchAll(LINK)].flatMap(([, link = '']) => {
      if (/^[a-z][a-z+.-]*:/i.test(link)) return [];
      const [file = '', heading] = link.split('#');
      const target = file === '' ? path : posix.normalize(posix.join(posix.dirname(path), file));
      const problem = { rule: 'links-resolve', path, line: index + 1 };
      if (!exists(target)) return [{ ...problem, message: `leads to ${target}, which is not there` }];
      if (heading === undefined || !target.endsWith('.md') || headings(read(target)).has(heading)) return [];
      return [{ ...problem, message: `leads to #${heading}, which is no heading of ${target}` }];
    }),
  );
}

/** Anchors as forges make them: lower case, punctuation dropped, spaces to hyphens. */
function headings(text: string): ReadonlySet<string> {
  const titles = text.split('\n').filter((line) => /^#{1,6} /.test(line));
  return new Set(
    titles.map((line) =>
      line
        .replace(/^#+ /, '')
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  );
}
