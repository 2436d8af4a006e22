/** A file system in memory whose size the suite decides: PostgreSQL's folder, so that its disk can be full. */
import { execFile } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import { promisify } from 'node:util';

export type LittleDisk = {
  /** Leaves no room. */
  readonly fill: () => Promise<void>;
  readonly free: () => Promise<void>;
  readonly unmount: () => Promise<void>;
};

const run = promisify(execFile);
const ROOM_LEFT_BYTES = 64 * 1024;

/** Null where this user may not mount. */
export async function mountLittleDisk(folder: string, sizeMb: number): Promise<LittleDisk | null> {
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${sizeMb}m,mode=0711`, 'tmpfs', folder]);
  } catch {
    return null;
  }
  const resize = (size: string) => run('mount', ['-o', `remount,size=${size}`, folder]);
  return {
    fill: async () => {
      const { blocks, bfree, bsize } = await statfs(folder);
      await resize(String((blocks - bfree) * bsize + ROOM_LEFT_BYTES));
    },
    free: async () => {
      await resize(`${sizeMb}m`);
    },
    unmount: async () => {
      await run('umount', ['-l', folder]);
    },
  };
}
