import { Command } from 'commander';
import { CommandFailure } from '../command-failure.ts';
import { printable } from '../print-trace.ts';
import type { Terminal } from '../terminal.ts';

/** `doctor`: one line for each check; exits 1 where one failed. */
export function doctorCommand(terminal: Terminal, env: NodeJS.ProcessEnv): Command {
  return new Command('doctor')
    .description('prove database, queue, timers, schedules, secrets and mail end to end; leaves nothing behind')
    .action(async () => {
      const { examine } = await import('@mainspring/app/server/doctor.ts');
      const interruption = new AbortController();
      const interrupt = () => interruption.abort();
      process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
      let failures = 0;
      await examine({
        env,
        signal: interruption.signal,
        onFinding: ({ kind, about, text }) => {
          if (kind === 'failed') failures += 1;
          terminal.line(`${sign(kind, terminal.rich)}  ${about.padEnd(ABOUT_COLUMNS)}  ${printable(text)}`);
        },
      });
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
      if (interruption.signal.aborted) throw new CommandFailure('stopped before every check was made');
      if (failures > 0) throw new CommandFailure(failures === 1 ? 'a check failed' : `${failures} checks failed`);
    });
}

const ABOUT_COLUMNS = 10;
const KIND_COLUMNS = 7;
const COLOURS = { ok: 32, warning: 33, failed: 31 } as const;

function sign(kind: keyof typeof COLOURS, rich: boolean): string {
  const word = kind.padEnd(KIND_COLUMNS);
  return rich ? `\u001b[${COLOURS[kind]}m${word}\u001b[0m` : word;
}
