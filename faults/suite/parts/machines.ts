import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What to put before a command, so that it believes to run on a machine of this name. */
export type Machines = (name: string) => readonly string[];

/**
 * Workers of one machine see that another has died there, and need not wait for its lease. To measure what holds
 * between machines, each gets a host name of its own. Where this user may not, all share one.
 */
export async function findMachines(): Promise<Machines> {
  const prefix = (name: string) => ['unshare', '--uts', 'sh', '-c', 'hostname "$0" && exec "$@"', name];
  const [command = '', ...args] = [...prefix('probe'), 'true'];
  const works = await promisify(execFile)(command, args).then(
    () => true,
    () => false,
  );
  return works ? prefix : () => [];
}
