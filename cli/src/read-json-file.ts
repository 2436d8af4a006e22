import { readFile } from 'node:fs/promises';
import type { Json } from '@mainspring/engine/json.ts';
import { CommandFailure } from './command-failure.ts';

/** The JSON in a file. Throws CommandFailure that names the file and what is wrong with it. */
export async function readJsonFile(path: string): Promise<Json> {
  const text = await readText(path);
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new CommandFailure(`${path} is not JSON: ${(error as Error).message}`);
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new CommandFailure(`${path} does not exist`);
    if (code === 'EISDIR') throw new CommandFailure(`${path} is a folder; name a file`);
    throw new CommandFailure(`${path} cannot be read: ${(error as Error).message}`);
  }
}
