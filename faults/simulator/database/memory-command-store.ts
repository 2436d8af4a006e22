import type { CommandStore } from '../../../app/runtime/control/command-store.ts';
import { findEnded, lockLive, resolveLetters, revive, sendCommand } from './command-statements.ts';
import type { Link } from './link.ts';
import type { Tables } from './tables.ts';

export function createMemoryCommandStore(link: Link, tables: Tables): CommandStore {
  return {
    commanding: (_, work) =>
      link.retrying(({ run }) =>
        work({
          lockLive: (runId) => run(lockLive(tables, runId)),
          findEnded: (runId) => run(findEnded(tables, runId)),
          send: (runId, message) => run(sendCommand(tables, runId, message)),
          revive: (runId, message) => run(revive(tables, runId, message)),
          resolveLetters: (runId) => run(resolveLetters(tables, runId)),
        }),
      ),
  };
}
