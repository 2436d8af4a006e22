/** Entry of the command line, loaded by `bin/mainspring.mjs` under the pinned Node. */
import { runProgram } from './run-program.ts';
import { createTerminal } from './terminal.ts';

const { argv, env } = process;
process.exitCode = await runProgram(argv.slice(2), { terminal: createTerminal(process, env), env });
