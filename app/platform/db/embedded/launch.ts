import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Log } from '../log.ts';
import type { Binaries } from './binaries.ts';
import type { Folder } from './prepare-folder.ts';
import { type RunAs, spawnAs } from './run-as.ts';
import { type Address, serverArguments } from './settings.ts';

const TAIL_LINES = 10;

/** Starts the server process over a prepared folder; resolves when it accepts connections, rejects when it ends first. */
export function launch(
  binaries: Binaries,
  folder: Folder,
  address: Address,
  runAs: RunAs,
  log: Log,
): Promise<ChildProcess> {
  return new Promise((resolve, reject) => {
    // A session of its own: Ctrl-C in the terminal must reach our process alone, which stops PostgreSQL last.
    const where = ['-D', folder.data, '-c', `config_file=${folder.config}`];
    const child = spawnAs(runAs, binaries.postgres, [...where, ...serverArguments(address)], { detached: true });
    child.stdin.end();
    child.stdout.resume();
    const tail: string[] = [];
    createInterface({ input: child.stderr }).on('line', (line) => {
      tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
      if (/\b(FATAL|PANIC):/.test(line)) log.warn({ line }, 'PostgreSQL complains');
      else log.debug({ line }, 'PostgreSQL says');
      if (line.includes('database system is ready to accept connections')) resolve(child);
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      log.debug({ code, signal }, 'PostgreSQL ended');
      const how = signal ?? `code ${code}`;
      reject(new Error(`PostgreSQL ended with ${how} while starting over ${folder.data}: ${tail.join(' | ')}`));
    });
  });
}
