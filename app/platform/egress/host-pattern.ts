const MAX_CHARS = 255;
const HTTPS_PORT = 443;
/** So many labels must follow `*.`: `*.com` would be half of the world. */
const MIN_LABELS_OF_WILDCARD = 2;

/**
 * Reads which hosts are meant: `api.example.com`, `*.example.com` (whatever stands before it, at any depth, and not
 * the name itself), `10.0.0.5:8080`, `[::1]:9000`. Without a port it is 443. Names are put into the form that URLs
 * have. Undefined for anything else.
 */
export function parseHostPattern(text: string): string | undefined {
  const [, wildcard = '', host = '', port] = PATTERN.exec(text) ?? [];
  if (host === '' || text.length > MAX_CHARS || (port !== undefined && !isPort(Number(port)))) return undefined;
  const url = URL.parse(`https://${host}/`);
  // The address of something else, such as 0x7f.1 or 1.2.3, must not look like a name.
  if (url?.pathname !== '/' || url.hostname === '' || url.hostname.endsWith('.')) return undefined;
  const isAddress = url.hostname.startsWith('[') || /^[\d.]+$/.test(url.hostname);
  if (isAddress && (wildcard !== '' || url.hostname !== host.toLowerCase())) return undefined;
  if (wildcard !== '' && url.hostname.split('.').length < MIN_LABELS_OF_WILDCARD) return undefined;
  const suffix = port === undefined || Number(port) === HTTPS_PORT ? '' : `:${Number(port)}`;
  return `${wildcard}${url.hostname}${suffix}`;
}

/** Whether a parsed pattern means `hostPort`, which always has its port. */
export function matchesHost(pattern: string, hostPort: string): boolean {
  const withPort = /:\d+$/.test(pattern) ? pattern : `${pattern}:${HTTPS_PORT}`;
  if (!withPort.startsWith('*.')) return withPort === hostPort;
  return hostPort.endsWith(withPort.slice(1)) && hostPort.length > withPort.length - 1;
}

/** Whether all that the second pattern means is meant by the first too. */
export function coversHost(pattern: string, other: string): boolean {
  if (pattern === other) return true;
  if (!pattern.startsWith('*.')) return false;
  return other.endsWith(pattern.slice(1));
}

const PATTERN = /^(\*\.)?(\[[0-9a-fA-F:.]+\]|[^\s:/?#@\\*%[\]]+)(?::(\d{1,5}))?$/u;

function isPort(port: number): boolean {
  return port >= 1 && port <= 65_535;
}
