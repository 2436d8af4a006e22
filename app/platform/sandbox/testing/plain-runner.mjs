/**
 * Stands in for main.mjs with the inner wall removed: the code runs in the process itself, with all that Node gives.
 * What it cannot do then, the outer wall keeps from it.
 */
import { constants, runInThisContext } from 'node:vm';
import { serve } from '../child/serve.mjs';

globalThis.node = (name) => process.getBuiltinModule(`node:${name}`);

await serve(async ({ code, input }) => {
  try {
    const source = `(async function (input) {\n${code}\n})`;
    const run = runInThisContext(source, { importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER });
    return { kind: 'returned', json: JSON.stringify(await run(JSON.parse(input))) ?? 'null' };
  } catch (error) {
    const message = `${error?.code ?? error?.name}: ${error?.message ?? error}`;
    return { kind: 'failed', code: 'code_error', message, line: null };
  }
});
