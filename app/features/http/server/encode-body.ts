import { isJsonObject, type Json } from '@mainspring/engine/json.ts';
import { terminal } from '@mainspring/sdk/failure.ts';

type Encoded = { readonly body: string; readonly headers: Readonly<Record<string, string>> };

/**
 * The body as text, and the headers with its content type: text as it is, a form where the headers say so, anything
 * else as JSON.
 */
export function encodeBody(body: Json, headers: Readonly<Record<string, string>>): Encoded {
  const contentType = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  if (typeof body === 'string') return { body, headers: withType(headers, contentType, 'text/plain; charset=utf-8') };
  if (contentType?.toLowerCase().startsWith('application/x-www-form-urlencoded')) {
    return { body: encodeForm(body), headers };
  }
  return { body: JSON.stringify(body), headers: withType(headers, contentType, 'application/json') };
}

function withType(headers: Encoded['headers'], given: string | undefined, otherwise: string): Encoded['headers'] {
  return given === undefined ? { ...headers, 'content-type': otherwise } : headers;
}

function encodeForm(body: Json): string {
  if (!isJsonObject(body))
    throw terminal('invalid_input', 'A form needs an object as its body: one member for each field.');
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(body)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item === null) continue;
      if (typeof item === 'object') {
        throw terminal(
          'invalid_input',
          `The form field ${JSON.stringify(name)} holds an object; a form takes texts and numbers.`,
        );
      }
      form.append(name, String(item));
    }
  }
  return form.toString();
}
