/** `npm run generate`: writes every generated file that is not current. */
import { join } from 'node:path';
import { writeGenerated } from './generate/generated-files.ts';

const written = await writeGenerated(join(import.meta.dirname, '..'));
console.log(written.length === 0 ? 'every generated file is current' : `wrote ${written.join(', ')}`);
