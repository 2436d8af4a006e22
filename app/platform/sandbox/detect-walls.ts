/**
 * The outer walls that this host can build around a process, beyond those of Node itself. Each is tried once, with a
 * program that does nothing: tools, kernels and containers differ too much to be judged by their names.
 */
import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

export type Wall = {
  readonly name: 'node-permissions' | 'namespaces' | 'identity' | 'limits';
  readonly holds: boolean;
  /** What it keeps out, or why it does not hold here. */
  readonly detail: string;
};

export type HostWalls = {
  /** What stands before the program in the command line. */
  readonly prefix: readonly string[];
  /** True where the first process of the command line only waits for the program, as its parent. */
  readonly forks: boolean;
  /** Sets limits on a running process; null where the host has no such tool. */
  readonly limits: { readonly prlimit: string; readonly ids: Ids } | null;
  readonly walls: readonly Wall[];
};

type Ids = { readonly uid: number; readonly gid: number } | Record<string, never>;

const TOOL_FOLDERS = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'];
const PROBE_TIMEOUT_MS = 5_000;

/**
 * A user that no account has, outside the ranges that Debian and systemd give away: nothing on the host belongs to
 * it, and no other process runs as it. https://www.debian.org/doc/debian-policy/ch-opersys.html#uid-and-gid-classes
 */
const NOBODY_ELSE = 65_533;

const SEPARATE = ['--net', '--ipc', '--uts', '--pid', '--fork', '--kill-child'];

/** `files` are what the process must read; `toolFolders` where the system's tools lie. */
export async function detectWalls(
  files: readonly string[],
  toolFolders: readonly string[] = TOOL_FOLDERS,
): Promise<HostWalls> {
  const tool = async (name: string): Promise<string | null> => findTool(name, toolFolders);
  const [unshare, setpriv, prlimit] = await Promise.all([tool('unshare'), tool('setpriv'), tool('prlimit')]);
  const [namespaces, identity, limits] = await Promise.all([
    chooseNamespaces(unshare),
    chooseIdentity(setpriv, files),
    chooseLimits(prlimit),
  ]);
  return {
    prefix: [...limits.prefix, ...namespaces.prefix, ...identity.prefix],
    forks: namespaces.wall.holds,
    limits: limits.wall.holds && prlimit !== null ? { prlimit, ids: identity.ids } : null,
    walls: [NODE_PERMISSIONS, namespaces.wall, identity.wall, limits.wall],
  };
}

const NODE_PERMISSIONS: Wall = {
  name: 'node-permissions',
  holds: true,
  detail: 'no files, programs, threads, addons or inspector; an empty environment',
};

type Chosen = { readonly prefix: readonly string[]; readonly wall: Wall };

async function chooseNamespaces(unshare: string | null): Promise<Chosen> {
  const name = 'namespaces';
  if (unshare === null) return { prefix: [], wall: missing(name, 'unshare') };
  const own = isRoot() ? [] : ['--user', '--map-current-user'];
  const prefix = [unshare, ...own, ...SEPARATE, '--'];
  const refusal = await probe(prefix);
  if (refusal !== null) return { prefix: [], wall: { name, holds: false, detail: `unshare: ${refusal}` } };
  return { prefix, wall: { name, holds: true, detail: 'no network, not even loopback; no other process in sight' } };
}

async function chooseIdentity(setpriv: string | null, files: readonly string[]): Promise<Chosen & { ids: Ids }> {
  const name = 'identity';
  if (setpriv === null) return { prefix: [], ids: {}, wall: missing(name, 'setpriv') };
  if (!isRoot()) {
    const prefix = [setpriv, '--no-new-privs', '--'];
    const refusal = await probe(prefix);
    if (refusal !== null) return { prefix: [], ids: {}, wall: { name, holds: false, detail: `setpriv: ${refusal}` } };
    const detail = 'never more rights than the server, whose user it shares';
    return { prefix, ids: {}, wall: { name, holds: true, detail } };
  }
  const bare = ['--no-new-privs', '--inh-caps=-all', '--bounding-set=-all'];
  const other = [setpriv, `--reuid=${NOBODY_ELSE}`, `--regid=${NOBODY_ELSE}`, '--clear-groups', ...bare, '--'];
  const refusal = await probe([...other, ...canRead(files)]);
  if (refusal === null) {
    const wall: Wall = { name, holds: true, detail: `runs as user ${NOBODY_ELSE}, to whom nothing belongs` };
    return { prefix: other, ids: { uid: NOBODY_ELSE, gid: NOBODY_ELSE }, wall };
  }
  const why = `user ${NOBODY_ELSE} cannot read ${files[0]} and its kind (${refusal}); it runs as root without its rights`;
  const stripped = [setpriv, ...bare, '--'];
  const prefix = (await probe(stripped)) === null ? stripped : [];
  return { prefix, ids: {}, wall: { name, holds: false, detail: why } };
}

async function chooseLimits(prlimit: string | null): Promise<Chosen> {
  const name = 'limits';
  if (prlimit === null) return { prefix: [], wall: missing(name, 'prlimit') };
  const prefix = [prlimit, '--core=0:0', '--'];
  const refusal = (await probe(prefix)) ?? (await noProcessTable());
  if (refusal !== null) return { prefix: [], wall: { name, holds: false, detail: `prlimit: ${refusal}` } };
  const detail = 'opens no file, socket, process or thread, writes nothing to disk; bounded memory and processor time';
  // The others would keep it from starting; they are set once it has.
  return { prefix, wall: { name, holds: true, detail } };
}

/** Limits are set by process id and on top of what the process has already: both are read from there. */
async function noProcessTable(): Promise<string | null> {
  const files = ['/proc/self/status', `/proc/self/task/${process.pid}/children`];
  const readable = await Promise.all(files.map((file) => access(file, constants.R_OK).then(...YES_OR_NO)));
  return readable.every(Boolean) ? null : `${files[readable.indexOf(false)]} cannot be read`;
}

const YES_OR_NO = [() => true, () => false] as const;

function canRead(files: readonly string[]): readonly string[] {
  return [
    '/bin/sh',
    '-c',
    'for file; do test -r "$file" || { echo "no right to read" >&2; exit 1; }; done',
    'sh',
    ...files,
  ];
}

/** Null where a program that does nothing runs behind the prefix; else the last that was said about it. */
async function probe(command: readonly string[]): Promise<string | null> {
  const [file = '', ...args] = command.at(-1) === '--' ? [...command, '/bin/sh', '-c', ':'] : command;
  try {
    await promisify(execFile)(file, args, { env: {}, cwd: '/', timeout: PROBE_TIMEOUT_MS });
    return null;
  } catch (error) {
    const said = String((error as { stderr?: unknown }).stderr ?? '').trim();
    return said.split('\n').at(-1)?.slice(0, 200) || 'refused by the host';
  }
}

async function findTool(name: string, folders: readonly string[]): Promise<string | null> {
  for (const folder of folders) {
    const path = join(folder, name);
    if (await access(path, constants.X_OK).then(...YES_OR_NO)) return path;
  }
  return null;
}

function missing(name: Wall['name'], tool: string): Wall {
  return { name, holds: false, detail: `the tool ${tool} (util-linux) is not there` };
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
