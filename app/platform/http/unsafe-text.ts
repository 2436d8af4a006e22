/** Text that JSON can carry and PostgreSQL cannot store: NUL characters and halves of surrogate pairs. */

const NUL = '\u0000';
const REPLACEMENT = '\ufffd';

/** What makes the text unfit to be stored, ready for a message; undefined where nothing does. */
export function unsafeTextReason(text: string): string | undefined {
  if (text.includes(NUL)) return 'holds a NUL character (\\u0000)';
  if (!text.isWellFormed()) return 'holds half of a surrogate pair (\\ud800 to \\udfff on its own)';
  return undefined;
}

/** The same text, with U+FFFD in place of each character that cannot be stored. For text that others answered. */
export function toSafeText(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  return whole.includes(NUL) ? whole.replaceAll(NUL, REPLACEMENT) : whole;
}
