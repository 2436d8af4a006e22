import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** The numeric user and group as which a program runs. */
export type OsUser = { readonly uid: number; readonly gid: number };

const CANDIDATES = ['postgres', 'nobody'];

/**
 * Says as whom PostgreSQL, which refuses to run as root, must run; null: as whoever we are.
 * As root that is the owner of the existing folder, else an unprivileged user that the machine has anyway: none is
 * created, so nothing is left behind on it.
 */
export async function chooseOsUser(existingOwner: OsUser | null): Promise<OsUser | null> {
  if (process.getuid?.() !== 0) return null;
  if (existingOwner !== null && existingOwner.uid !== 0) return existingOwner;
  for (const name of CANDIDATES) {
    const user = await lookUp(name);
    if (user !== null) return user;
  }
  throw new Error(
    `PostgreSQL refuses to run as root, and this machine has none of the users ${CANDIDATES.join(', ')}. ` +
      'Start Mainspring as an ordinary user, create one of them, or set DATABASE_URL.',
  );
}

async function lookUp(name: string): Promise<OsUser | null> {
  try {
    const [uid, gid] = await Promise.all([id('-u', name), id('-g', name)]);
    return { uid, gid };
  } catch {
    return null;
  }
}

async function id(flag: '-u' | '-g', name: string): Promise<number> {
  const { stdout } = await promisify(execFile)('id', [flag, name]);
  return Number.parseInt(stdout, 10);
}
