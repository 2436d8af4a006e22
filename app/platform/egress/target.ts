import { invalidRequest, refused } from './egress-error.ts';

export type Target = {
  readonly url: URL;
  /** `host:port` with the port always there, as MAINSPRING_ALLOW_PRIVATE_HOSTS names hosts. */
  readonly hostPort: string;
  /** The operator allows this host and port, whatever address it has. */
  readonly allowedPrivate: boolean;
};

const MAX_URL_CHARS = 8192;

/**
 * Reads where a request wants to go, and refuses what no address check could judge: other schemes, credentials in the
 * URL, ports that speak other protocols. WHATWG parsing turns every notation of an IPv4 address into the usual one.
 */
export function parseTarget(text: string, allowed: ReadonlySet<string>): Target {
  if (text.length > MAX_URL_CHARS) throw invalidRequest(`The URL is longer than ${MAX_URL_CHARS} characters.`);
  const url = URL.parse(text);
  if (!url) throw invalidRequest('The URL is not valid; it must look like https://api.example.com/path.');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw refused(`The URL begins with ${url.protocol} but only http: and https: can be called.`);
  }
  if (url.username || url.password) {
    throw refused('The URL holds a user name or password; send an Authorization header instead.');
  }
  url.hash = '';
  const hostPort = `${url.hostname}:${effectivePort(url)}`;
  const allowedPrivate = allowed.has(hostPort);
  if (!allowedPrivate && BAD_PORTS.has(effectivePort(url))) {
    throw refused(`Port ${url.port} of ${url.hostname} speaks no HTTP and cannot be called.`);
  }
  return { url, hostPort, allowedPrivate };
}

/**
 * The entries of MAINSPRING_ALLOW_PRIVATE_HOSTS in the form that targets have. Throws an Error that names the entry
 * which is not `host:port`.
 */
export function parseAllowedHosts(entries: readonly string[]): ReadonlySet<string> {
  return new Set(entries.map(parseAllowedHost));
}

function parseAllowedHost(entry: string): string {
  const [, host, port] = /^(\[[0-9a-fA-F:.]+\]|[^:/@?#\s]+):(\d{1,5})$/.exec(entry) ?? [];
  const url = host && port ? URL.parse(`http://${host}:${port}`) : null;
  if (!url) throw new Error(`"${entry}" is not host:port; write for instance 127.0.0.1:4000 or [::1]:4000.`);
  return `${url.hostname}:${Number(port)}`;
}

function effectivePort(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

/** Ports of other protocols that could be talked into something by HTTP, as browsers block them (WHATWG Fetch). */
const BAD_PORTS: ReadonlySet<number> = new Set([
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
  111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
  540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
  5432, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080, 11211,
]);
