import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Names a process so that another on the same host can tell whether it still lives. */
export type ProcessIdentity = {
  /** Host and process namespace: numbers of processes mean something only within it. */
  readonly host: string;
  readonly pid: number;
  /** Milliseconds since the epoch. */
  readonly started: number;
};

export function thisProcess(): ProcessIdentity {
  return { host: `${hostname()}/${processNamespace()}`, pid: process.pid, started: performance.timeOrigin };
}

/** Only for processes of this host: true unless it is certain that the process has ended. */
export function mayLive(other: Pick<ProcessIdentity, 'pid' | 'started'>): boolean {
  if (other.pid === process.pid) return other.started === performance.timeOrigin;
  try {
    process.kill(other.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Containers may share a host name and not their processes. */
function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}
