/** Takes secrets out of what a service answers: some send back what they were sent. */

const CUT = '[cut out]';
/** Shorter ones would be found by chance everywhere. */
const MIN_CHARS = 6;

type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly url: string;
};

export function cutSecrets<Kind extends Answer>(answer: Kind, secrets: readonly string[]): Kind {
  const forms = formsOf(secrets);
  if (forms.length === 0) return answer;
  const headers = Object.entries(answer.headers).map(([name, value]) => [name, cutText(value, forms)]);
  return {
    ...answer,
    headers: Object.fromEntries(headers),
    body: cutBytes(answer.body, forms),
    url: cutText(answer.url, forms),
  };
}

/** The same for a text that a service answered. */
export function cutSecretsFromText(text: string, secrets: readonly string[]): string {
  return cutText(text, formsOf(secrets));
}

/** Whether a text holds one of the secrets, in whatever form. */
export function holdsSecret(text: string, secrets: readonly string[]): boolean {
  return formsOf(secrets).some((form) => text.includes(form));
}

/**
 * Each secret as it is, as programs write it elsewhere, and that once more: a URL within a URL, a header within base64.
 * The longest first, so that no remainder stays.
 */
function formsOf(secrets: readonly string[]): readonly string[] {
  const forms = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < MIN_CHARS) continue;
    for (const form of writtenOnce(secret)) {
      forms.add(form);
      for (const again of [...escaped(form), ...encoded(Buffer.from(form, 'utf8'))]) forms.add(again);
    }
  }
  return [...forms].sort((a, b) => b.length - a.length);
}

function writtenOnce(secret: string): ReadonlySet<string> {
  const bytes = Buffer.from(secret, 'utf8');
  // Clients and servers disagree on what the bytes of a header mean.
  const misread = bytes.toString('latin1');
  return new Set([
    ...escaped(secret),
    ...escaped(misread),
    escapeHtml(secret),
    ...encoded(bytes),
    ...encoded(Buffer.from(secret, 'latin1')),
  ]);
}

function encoded(bytes: Buffer): readonly string[] {
  const hex = bytes.toString('hex');
  return [hex, hex.toUpperCase(), ...base64Forms(bytes)];
}

function escaped(text: string): readonly string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const url = encodeURIComponent(text.toWellFormed());
  return [
    text,
    json,
    json.replaceAll('/', '\\/'),
    json.replaceAll(/[^\x20-\x7e]/g, escapeUnit),
    url,
    url.replaceAll('%20', '+'),
    url.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    new URLSearchParams({ s: text }).toString().slice(2),
  ];
}

/**
 * Base64 of the secret alone, and the part of it that stays the same wherever the secret stands in a longer text: what
 * comes before it shifts it by 0, 1 or 2 bytes, and the characters at both ends mix with their neighbours.
 */
function base64Forms(bytes: Buffer): string[] {
  const forms = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    const begin = Math.ceil((shift * 8) / 6);
    const end = Math.floor(((shift + bytes.length) * 8) / 6);
    return text.slice(begin, end);
  });
  return [...forms, ...forms.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))];
}

function cutText(text: string, forms: readonly string[]): string {
  return forms.reduce((rest, form) => rest.replaceAll(form, CUT), text);
}

/** By bytes, since the answer may be in any encoding, or no text at all. */
function cutBytes(body: Buffer, forms: readonly string[]): Buffer {
  let rest = body;
  for (const form of forms) {
    if (rest.includes(form)) rest = replaceAll(rest, Buffer.from(form, 'utf8'), Buffer.from(CUT));
  }
  return rest;
}

function replaceAll(body: Buffer, form: Buffer, by: Buffer): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = body.indexOf(form); at !== -1; at = body.indexOf(form, from)) {
    parts.push(body.subarray(from, at), by);
    from = at + form.length;
  }
  return Buffer.concat([...parts, body.subarray(from)]);
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
