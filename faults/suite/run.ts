/** `npm run faults`: breaks a whole installation in many ways under load and says which promises held. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLog } from '../../app/platform/log/log.ts';
import { newSeed, readArguments } from './read-arguments.ts';
import { formatReport } from './report/format-report.ts';
import { runSuite } from './run-suite.ts';

const RESULTS = join(import.meta.dirname, '..', 'results');

const given = readArguments(process.argv.slice(2), newSeed);
const name = `${new Date().toISOString().slice(0, 19).replaceAll(':', '')}-${given.seed}`;
await mkdir(RESULTS, { recursive: true });
const result = await runSuite({
  ...given,
  withMail: true,
  log: createLog({ level: 'fatal' }),
  say: (line) => process.stdout.write(`${line}\n`),
  logFolder: join(RESULTS, name),
});
const text = formatReport(result);
await writeFile(join(RESULTS, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`);
await writeFile(join(RESULTS, `${name}.txt`), `${text}\n`);
process.stdout.write(`${text}\n`);
process.exit(result.ok ? 0 : 1);
