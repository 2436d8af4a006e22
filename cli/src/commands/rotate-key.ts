import { Command } from 'commander';
import { CommandFailure } from '../command-failure.ts';
import type { Terminal } from '../terminal.ts';

/** `rotate-key`: a new master key in the place of the one in use; exits 1 where something stays under the former one. */
export function rotateKeyCommand(terminal: Terminal, env: NodeJS.ProcessEnv): Command {
  return new Command('rotate-key')
    .description('change the master key while servers run; call it again where it was cut off')
    .action(async () => {
      const { rotateKey } = await import('@mainspring/app/server/rotate-key.ts');
      const { from, to, rewrapped, broken, retired, source } = await rotateKey(env).catch(explain);
      if (from === null && rewrapped === 0 && broken.length === 0 && retired.length === 0) {
        terminal.line(`Nothing to do: the master key ${to} is in use, and nothing is left under another one.`);
        terminal.line(HOW);
        return;
      }
      if (from !== null) terminal.line(`The master key ${to} is in use, in the place of ${from}.`);
      terminal.line(`Data keys wrapped anew: ${rewrapped}.`);
      for (const { organizationId, id, reason } of broken) {
        terminal.line(`broken  connection ${id} of organization ${organizationId}: ${reason}`);
      }
      if (broken.length > 0) {
        throw new CommandFailure('some connections could not be opened: replace their secrets, then call this again');
      }
      for (const path of retired) terminal.line(`The former key is now in ${path}.`);
      if (source === 'environment') {
        terminal.line('MAINSPRING_PREVIOUS_SECRET_KEYS is needed no longer: take it away at the next restart.');
      }
      terminal.line('Backups made before need the former key: keep it as long as you keep them.');
    });
}

const HOW =
  'To change it, give every server a new MAINSPRING_SECRET_KEY and the one in use as MAINSPRING_PREVIOUS_SECRET_KEYS, ' +
  'restart them one after another, and call this with the same settings.';

async function explain(error: unknown): Promise<never> {
  const { explainFailure } = await import('@mainspring/app/server/explain-failure.ts');
  throw new CommandFailure(explainFailure(error));
}
