/** What JSON may hold and Mainspring does not take in. */

/**
 * True for keys by which an object could reach a prototype: `__proto__`, and `constructor` with a `prototype` inside.
 */
export function isUnsafeMember(key: string, value: unknown): boolean {
  if (key === '__proto__') return true;
  return key === 'constructor' && typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype');
}

/**
 * True for the digits of a number that would be rounded in silence: a whole number past 2^53, or one too large for a
 * double. Fractions and exponents are taken as the approximations that they are.
 */
export function isInexactNumber(digits: string): boolean {
  const number = Number(digits);
  if (!Number.isFinite(number)) return true;
  return !/e/i.test(digits) && Number.isInteger(number) && !Number.isSafeInteger(number);
}
