/**
 * Takes secrets out of what is about to be logged: values under telling names, and secrets that stand inside texts.
 * Works on a copy; the caller's objects stay as they are.
 */

export const REDACTED = '[redacted]';

/** Deeper objects are cut: a log line is no dump. */
const MAX_DEPTH = 8;
const MAX_ITEMS = 200;

/**
 * Names are compared without case, `-` and `_`. A bare `key` is a secret; `idempotencyKey` or `stepKey` is not.
 */
const SECRET_NAMES =
  /^(key|authorization|proxyauthorization|setcookie|cookies?|.*(password|passwd|passphrase|secret|credentials?|apikey|privatekey|secretkey|masterkey|signingkey|encryptionkey)|.*tokens?|(x)?.*signature)$/;

const SECRETS_IN_TEXT: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${REDACTED}`],
  [/\bwhsec_[\w+/=-]+/g, REDACTED],
  // Access data inside an address, such as postgres://user:pass@host.
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@:]*:[^\s/@]+@/gi, `$1${REDACTED}@`],
  [/([?&](?:token|secret|password|key|api_key|access_token|signature)=)[^&\s"']+/gi, `$1${REDACTED}`],
];

export function redact(value: unknown): unknown {
  return redactAt(value, 0, new Set());
}

export function redactText(text: string): string {
  return SECRETS_IN_TEXT.reduce((clean, [pattern, replacement]) => clean.replace(pattern, replacement), text);
}

export function isSecretName(name: string): boolean {
  return SECRET_NAMES.test(name.replaceAll(/[-_\s]/g, '').toLowerCase());
}

function redactAt(value: unknown, depth: number, above: Set<object>): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Buffer.isBuffer(value) || ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Date) return value;
  if (depth >= MAX_DEPTH) return '[too deep]';
  if (above.has(value)) return '[circular]';

  above.add(value);
  const clean = value instanceof Error ? redactError(value, depth, above) : redactMembers(value, depth, above);
  above.delete(value);
  return clean;
}

function redactMembers(value: object, depth: number, above: Set<object>): unknown {
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => redactAt(item, depth + 1, above));
  const entries = Object.entries(value).slice(0, MAX_ITEMS);
  return Object.fromEntries(
    entries.map(([name, member]) => [name, isSecretName(name) ? REDACTED : redactAt(member, depth + 1, above)]),
  );
}

function redactError(error: Error, depth: number, above: Set<object>): unknown {
  return {
    type: error.name,
    message: redactText(error.message),
    stack: redactText(error.stack ?? ''),
    ...(redactMembers({ ...error }, depth, above) as object),
    ...(error.cause !== undefined && { cause: redactAt(error.cause, depth + 1, above) }),
  };
}
