import { readFile } from 'node:fs/promises';
import { readJson } from '@mainspring/app/server/read-json.ts';
import type { Json } from '@mainspring/engine/json.ts';
import { CommandFailure } from './command-failure.ts';

/** The JSON in a file, by the rules of the API. Throws CommandFailure that names the file and what is wrong with it. */
export async function readJsonFile(path: string): Promise<Json> {
  const read = readJson(await readBytes(path));
  if (read.ok) return read.value;
  throw new CommandFailure(`${path} cannot be used: ${read.message}`);
}

async function readBytes(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new CommandFailure(`${path} does not exist`);
    if (code === 'EISDIR') throw new CommandFailure(`${path} is a folder; name a file`);
    throw new CommandFailure(`${path} cannot be read: ${(error as Error).message}`);
  }
}
