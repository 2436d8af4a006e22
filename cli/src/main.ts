/** Entry of the command line, loaded by `bin/mainspring.mjs` under the pinned Node. */
import { runProgram } from './run-program.ts';
import { createTerminal } from './terminal.ts';

process.exitCode = await runProgram(process.argv.slice(2), createTerminal(process, process.env));
