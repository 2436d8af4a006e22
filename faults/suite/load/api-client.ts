/** Calls the API as a careful sender does: the same key again until it is answered. */

export type Answer = {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers of every route
  readonly body: any;
};

export type ApiClient = {
  /** Throws where no answer came. */
  readonly call: (method: 'GET' | 'POST' | 'PATCH', path: string, sent?: Sent) => Promise<Answer>;
};

export type Sent = { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> };

const TIMEOUT_MS = 15_000;

export function createApiClient(options: { readonly url: string; readonly apiKey: string }): ApiClient {
  return {
    call: async (method, path, { body, headers } = {}) => {
      const response = await fetch(`${options.url}${path}`, {
        method,
        headers: {
          ...(path.startsWith('/api') && { authorization: `Bearer ${options.apiKey}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? null : JSON.parse(text) };
    },
  };
}
