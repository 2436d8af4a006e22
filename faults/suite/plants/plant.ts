/** Loaded first in a server process (`node --import`): plants the fault that FAULTS_PLANT names. See plants.ts. */
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PLANTS, type PlantName, type SourceChange } from './plants.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const { changes }: { readonly changes: readonly SourceChange[] } = PLANTS[process.env.FAULTS_PLANT as PlantName];

registerHooks({
  load: (url, context, next) => {
    const loaded = next(url, context);
    const mine = changes.filter((change) => pathToFileURL(join(ROOT, change.file)).href === url);
    if (mine.length === 0) return loaded;
    return { ...loaded, source: mine.reduce(change, String(loaded.source)) };
  },
});

function change(source: string, { file, from, to }: SourceChange): string {
  if (!source.includes(from)) throw new Error(`${file} has no "${from}" any more: change plants.ts with it`);
  return source.replaceAll(from, to);
}
