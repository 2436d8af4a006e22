const BLOCKS = [
  { open: '<!--', close: '-->' },
  { open: '<script', close: '</script>' },
  { open: '<style', close: '</style>' },
] as const;

/** Leaves out tags, comments, scripts and styles, in one pass over the text. What looks cut off is kept. */
export function stripHtml(text: string): string {
  const lower = text.toLowerCase();
  // Lower case may change the length of a text; then places no longer agree and only exact case is known.
  const find = lower.length === text.length ? lower : text;
  const absent = new Set<string>();
  let out = '';
  let from = 0;
  for (let start = find.indexOf('<'); start >= 0; start = find.indexOf('<', from)) {
    const end = endOfTag(find, start, absent);
    if (end < 0) break;
    out += text.slice(from, start);
    from = end;
  }
  return out + text.slice(from);
}

/** `absent` remembers what is not found any more, so that no end is looked for twice in vain. */
function endOfTag(find: string, start: number, absent: Set<string>): number {
  const block = BLOCKS.find(({ open }) => find.startsWith(open, start));
  for (const close of block ? [block.close, '>'] : ['>']) {
    if (absent.has(close)) continue;
    const at = find.indexOf(close, start);
    if (at >= 0) return at + close.length;
    absent.add(close);
  }
  return -1;
}
