import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { KEY_FILE } from '../../platform/secrets/key-file.ts';
import { type Finding, failed, ok } from './finding.ts';

const FOR_OTHERS = 0o077;
const WRITABLE_BY_OTHERS = 0o022;

/** Whether other users of the machine could read secrets in the data folder, or put their own there. */
export async function checkFiles(dataDir: string): Promise<readonly Finding[]> {
  // Elsewhere the modes of files say nothing.
  if (process.platform === 'win32') return [];
  const looks = [
    { path: dataDir, closed: WRITABLE_BY_OTHERS, right: 'go-w' },
    { path: join(dataDir, KEY_FILE), closed: FOR_OTHERS, right: '600' },
    { path: join(dataDir, 'postgres', 'password'), closed: FOR_OTHERS, right: '600' },
    { path: join(dataDir, 'postgres', 'data'), closed: FOR_OTHERS, right: '700' },
  ];
  const findings: Finding[] = [];
  if ((await stat(dataDir).catch(() => null)) === null) return [ok('files', `${dataDir} is not there yet`)];
  for (const { path, closed, right } of looks) {
    const found = await stat(path).catch((): Stats | null => null);
    if (found === null || (found.mode & closed) === 0) continue;
    const mode = (found.mode & 0o777).toString(8);
    findings.push(failed('files', `${path} is open to other users (mode ${mode}). Run: chmod ${right} '${path}'`));
  }
  return findings.length > 0 ? findings : [ok('files', `${dataDir} is closed to other users`)];
}
