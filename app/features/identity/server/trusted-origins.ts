const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * The origins of pages that may act with a person's cookie: the server's own. One that is reached by a name of this
 * machine is reached by every such name.
 */
export function trustedOrigins(publicUrl: string): readonly string[] {
  const url = new URL(publicUrl);
  if (!LOOPBACK.includes(url.hostname)) return [url.origin];
  const port = url.port === '' ? '' : `:${url.port}`;
  return LOOPBACK.map((name) => `${url.protocol}//${name}${port}`);
}
