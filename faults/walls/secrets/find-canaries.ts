/** Looks for secrets that were planted, in every way in which a program might have written them. */

export type Found = { readonly canary: string; readonly as: string; readonly at: string };

/** `canaries` by name. Answers each find with the words around it. */
export function findCanaries(text: string, canaries: Readonly<Record<string, string>>): readonly Found[] {
  return Object.entries(canaries).flatMap(([canary, secret]) =>
    Object.entries(spellings(secret)).flatMap(([as, forms]) => {
      const form = forms.find((each) => text.includes(each));
      if (form === undefined) return [];
      const index = text.indexOf(form);
      return [{ canary, as, at: text.slice(Math.max(0, index - 80), index + form.length + 20) }];
    }),
  );
}

/** By the name of the encoding. */
export function spellings(secret: string): Readonly<Record<string, readonly string[]>> {
  const bytes = Buffer.from(secret, 'utf8');
  const json = JSON.stringify(secret).slice(1, -1);
  const url = encodeURIComponent(secret);
  const shifted = [0, 1, 2].map((shift) => insideBase64(bytes, shift));
  return {
    plain: [secret],
    'without its signs': [secret.replaceAll(/[^a-z0-9]/gi, '')],
    reversed: [[...secret].reverse().join('')],
    'JSON-escaped': [json, json.replaceAll('/', '\\/'), asciiJson(json)],
    'JSON in JSON': [JSON.stringify(json).slice(1, -1), JSON.stringify(asciiJson(json)).slice(1, -1)],
    'URL-encoded': [url, url.toLowerCase(), url.replaceAll('%20', '+'), encodeURIComponent(url)],
    'HTML-escaped': [html(secret)],
    base64: shifted,
    base64url: shifted.map((form) => form.replaceAll('+', '-').replaceAll('/', '_')),
    'base64 twice': [insideBase64(Buffer.from(bytes.toString('base64').replaceAll('=', '').slice(0, -2)), 0)],
    hex: [bytes.toString('hex'), bytes.toString('hex').toUpperCase(), bytes.toString('hex').replaceAll(/../g, '$& ')],
    'UTF-16 in hex': [Buffer.from(secret, 'utf16le').toString('hex')],
    'a list of bytes': [[...bytes].join(','), [...bytes].join(', ')],
  };
}

/** What of the base64 stays the same whatever stands before and behind. */
function insideBase64(bytes: Buffer, shift: number): string {
  const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
  return text.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
}

function asciiJson(json: string): string {
  return json.replaceAll(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function html(text: string): string {
  const named = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return named.replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}
