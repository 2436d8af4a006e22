import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process';
import { chown } from 'node:fs/promises';
import { promisify } from 'node:util';

/**
 * As whom PostgreSQL runs, which refuses to run as root.
 *
 * - `self`: as the user that we are.
 * - `user`: we are root; as another user.
 * - `user-through`: the same, but a folder on the way is closed to that user (a project below `/root`, say), so the
 *   program keeps one right of root, to pass and read closed folders.
 */
export type RunAs =
  | { readonly kind: 'self' }
  | { readonly kind: 'user'; readonly uid: number; readonly gid: number }
  | { readonly kind: 'user-through'; readonly uid: number; readonly gid: number };

const CANDIDATES = ['postgres', 'nobody'];

/**
 * Says as whom to run, given the owner of an existing cluster. As root that is this owner, else an unprivileged user
 * that the machine has anyway: none is created, so nothing is left behind. `paths` are what it must reach.
 */
export async function chooseRunAs(
  owner: { readonly uid: number; readonly gid: number } | null,
  paths: readonly string[],
): Promise<RunAs> {
  if (process.getuid?.() !== 0) return { kind: 'self' };
  const ids = owner !== null && owner.uid !== 0 ? owner : await findUser();
  for (const kind of ['user', 'user-through'] as const) {
    const runAs = { kind, uid: ids.uid, gid: ids.gid };
    if (await reaches(runAs, paths)) return runAs;
  }
  throw new Error(
    `PostgreSQL refuses to run as root, and the user ${ids.uid}, as whom it would run, cannot enter ${paths.join(' or ')}. ` +
      'Put them where every user may enter (below /srv or /opt, say), or start Mainspring as an ordinary user.',
  );
}

/** Starts a program as that user, in the root folder, with a clean environment. */
export function spawnAs(
  runAs: RunAs,
  program: string,
  args: readonly string[],
  options: { readonly detached: boolean },
): ChildProcessWithoutNullStreams {
  const { file, rest, ids } = commandLine(runAs, program, args);
  const child = spawn(file, rest, { ...options, ...ids, cwd: '/', env: CLEAN_ENVIRONMENT });
  // A program that ends before it has read its input is told of by its exit code.
  child.stdin.on('error', () => {});
  return child;
}

export async function giveTo(runAs: RunAs, path: string): Promise<void> {
  if (runAs.kind !== 'self') await chown(path, runAs.uid, runAs.gid);
}

// PostgreSQL reads PG… variables and the locale of whoever starts it; neither may change how the cluster is made.
const CLEAN_ENVIRONMENT = { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C' };

function commandLine(runAs: RunAs, program: string, args: readonly string[]) {
  switch (runAs.kind) {
    case 'self':
      return { file: program, rest: args, ids: {} };
    case 'user':
      return { file: program, rest: args, ids: { uid: runAs.uid, gid: runAs.gid } };
    case 'user-through': {
      const capability = '+dac_read_search';
      const flags = [
        ...[`--reuid=${runAs.uid}`, `--regid=${runAs.gid}`, '--clear-groups'],
        ...[`--inh-caps=-all,${capability}`, `--ambient-caps=-all,${capability}`, `--bounding-set=-all,${capability}`],
      ];
      return { file: 'setpriv', rest: [...flags, '--', program, ...args], ids: {} };
    }
  }
}

/** Asks the system itself: modes, access lists and mounts all have a say. */
async function reaches(runAs: RunAs, paths: readonly string[]): Promise<boolean> {
  const test = 'for path; do test -x "$path" || exit 1; done';
  const { file, rest, ids } = commandLine(runAs, '/bin/sh', ['-c', test, 'sh', ...paths]);
  return promisify(execFile)(file, rest, { ...ids, cwd: '/' }).then(
    () => true,
    () => false,
  );
}

async function findUser(): Promise<{ uid: number; gid: number }> {
  for (const name of CANDIDATES) {
    const ids = await Promise.all([id('-u', name), id('-g', name)]).catch(() => null);
    if (ids !== null) return { uid: ids[0], gid: ids[1] };
  }
  throw new Error(
    `PostgreSQL refuses to run as root, and this machine has none of the users ${CANDIDATES.join(', ')}. ` +
      'Start Mainspring as an ordinary user, create one of them, or set DATABASE_URL.',
  );
}

async function id(flag: '-u' | '-g', name: string): Promise<number> {
  const { stdout } = await promisify(execFile)('id', [flag, name]);
  return Number.parseInt(stdout, 10);
}
