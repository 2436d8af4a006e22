const LONGEST_SHOWN_CHARS = 80;

/** True for whole Unicode without NUL: text that PostgreSQL and UTF-8 can carry. */
export function isSoundText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\u0000');
}

/** A piece of foreign text as a message may quote it: short, and without what makes text unsound. */
export function printable(text: string, mostChars = LONGEST_SHOWN_CHARS): string {
  const short = text.length > mostChars ? `${text.slice(0, mostChars)}…` : text;
  return short.toWellFormed().replaceAll('\u0000', '\ufffd');
}

/** A value as a message may quote it: text in single quotes, all else as JSON. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `'${printable(value)}'`;
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
