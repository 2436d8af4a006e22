/**
 * npm 11 leaves out of the lock what a registry did not have when it was written (https://github.com/npm/cli/issues/9846),
 * and `npm ci` then refuses that same lock. Native packages are published once for each platform, and a mirror holds
 * those of its own. So the lock is completed: what is optional, pinned exactly by its parent and missing is entered
 * with the platform that its name tells.
 */

type LockEntry = {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: { readonly [name: string]: string };
};
type Lock = { readonly packages: { readonly [path: string]: LockEntry } };

/** The text of the lock with what it lacks, in npm's own order and form; the same text where it lacks nothing. */
export function completeLock(text: string): string {
  const lock = JSON.parse(text) as Lock;
  const missing = Object.entries(lock.packages).flatMap(([path, entry]) => missingOf(lock, path, entry));
  if (missing.length === 0) return text;
  const packages = Object.entries({ ...lock.packages, ...Object.fromEntries(missing) });
  packages.sort(([a], [b]) => a.localeCompare(b, 'en'));
  return `${JSON.stringify({ ...lock, packages: Object.fromEntries(packages) }, null, 2)}\n`;
}

function missingOf(lock: Lock, path: string, parent: LockEntry): readonly (readonly [string, LockEntry])[] {
  return Object.entries(parent.optionalDependencies ?? {}).flatMap(([name, version]) => {
    const isPinned = /^\d+\.\d+\.\d+[\w.+-]*$/.test(version);
    const platform = platformOf(name);
    if (!isPinned || platform === null || isLocked(lock, path, name)) return [];
    // In the order in which npm would write it, lest its next write move every line.
    const { cpu, libc, os } = platform;
    const dev = parent.dev === true && { dev: true };
    const entry = { version, cpu, ...dev, ...(libc && { libc }), optional: true, ...(os && { os }) };
    return [[`node_modules/${name}`, entry] as const];
  });
}

/** As Node resolves it: in the parent's own folder, or in one above. */
function isLocked(lock: Lock, path: string, name: string): boolean {
  return `${path}/node_modules/${name}` in lock.packages || `node_modules/${name}` in lock.packages;
}

const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const OTHER_NAMES: { readonly [name: string]: string } = { windows: 'win32' };
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64', 'wasm32'];

type Platform = Required<Pick<LockEntry, 'cpu'>> & Pick<LockEntry, 'os' | 'libc'>;

/** `@biomejs/cli-linux-arm64-musl` is for linux, arm64, musl. Null where the name tells no platform. */
function platformOf(name: string): Platform | null {
  const parts = name.split(/[/-]/).map((part) => OTHER_NAMES[part] ?? part);
  const os = parts.find((part) => SYSTEMS.includes(part));
  const cpu = parts.find((part) => PROCESSORS.includes(part));
  if (cpu === undefined || (os === undefined && cpu !== 'wasm32')) return null;
  const last = parts.at(-1) ?? '';
  const libc =
    os !== 'linux' ? undefined : last.startsWith('musl') ? 'musl' : last.startsWith('gnu') ? 'glibc' : undefined;
  return { cpu: [cpu], ...(os !== undefined && { os: [os] }), ...(libc !== undefined && { libc: [libc] }) };
}
