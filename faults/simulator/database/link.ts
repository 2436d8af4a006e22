/**
 * The way between a process and the database: every request takes time, and the question or the answer may be lost. A
 * process that lost its connection knows nothing of what became of the request.
 */
import { pause } from '../../../app/platform/clock/timers.ts';
import type { Machine, Thread } from '../machine.ts';
import type { Scheduler } from '../scheduler.ts';
import { ConnectionLost, Deadlock } from './database-errors.ts';
import type { Server, Session, Statement } from './server.ts';

/** What happens to one request. Times are in milliseconds. */
export type RequestFate = {
  readonly thereMs: number;
  readonly backMs: number;
  /** Never gets there; or is done, and nobody hears of it. */
  readonly lost: 'nothing' | 'question' | 'answer';
  /** When the process learns that the connection is gone. */
  readonly noticedMs: number;
};

export type Network = {
  readonly fateOf: (machine: Machine, kind: RequestKind) => RequestFate;
  /** True while nothing gets through between this process and the database. */
  readonly isCut: (machine: Machine) => boolean;
  /** True while the database is not there: every request is refused at once. */
  readonly isDown: () => boolean;
};

export type RequestKind = 'statement' | 'commit' | 'renewal';

export type Link = {
  /** One statement, one commit. */
  readonly alone: <Result>(statement: Statement<Result>, kind?: RequestKind) => Promise<Result>;
  readonly together: <Result>(work: (transaction: LinkTransaction) => Promise<Result>) => Promise<Result>;
  /** The same, run again as a whole where it was the loser of a deadlock. */
  readonly retrying: <Result>(work: (transaction: LinkTransaction) => Promise<Result>) => Promise<Result>;
};

export type LinkTransaction = {
  readonly run: <Result>(statement: Statement<Result>) => Promise<Result>;
  /** A savepoint; the answer goes back to it. */
  readonly save: () => Promise<() => Promise<void>>;
};

/** TCP gives up on a peer that is silent for so long. */
const SILENCE_MS = 10_000;
const IDLE_TRANSACTION_MS = 30_000;
const CONFLICT_ATTEMPTS = 6;
const CONFLICT_PAUSE_MS = 20;

export function createLink(options: {
  readonly machine: Machine;
  readonly thread?: Thread;
  readonly server: Server;
  readonly network: Network;
  readonly scheduler: Scheduler;
}): Link {
  const { machine, server, network, scheduler, thread = machine.main } = options;

  const request = <Result>(kind: RequestKind, work: () => Promise<Result>): Promise<Result> =>
    new Promise((resolve, reject) => {
      const fate = network.fateOf(machine, kind);
      const fail = (afterMs: number) =>
        void scheduler.after(afterMs, () => thread.deliver(() => reject(new ConnectionLost())));
      const answer = (settle: () => void) => {
        if (network.isCut(machine)) fail(SILENCE_MS);
        else if (fate.lost === 'answer') fail(fate.noticedMs);
        else scheduler.after(fate.backMs, () => thread.deliver(settle));
      };
      if (network.isCut(machine)) return fail(SILENCE_MS);
      if (network.isDown()) return fail(fate.backMs);
      if (fate.lost === 'question') return fail(fate.noticedMs);
      scheduler.after(fate.thereMs, () => {
        if (network.isDown()) return fail(fate.backMs);
        work().then(
          (result) => answer(() => resolve(result)),
          (error: unknown) => answer(() => reject(error)),
        );
      });
    });

  const together = async <Result>(work: (transaction: LinkTransaction) => Promise<Result>): Promise<Result> => {
    const session = await request('statement', async () => server.begin(machine.name));
    const watched = watchSession(session);
    try {
      const result = await work(watched.transaction);
      await request('commit', async () => server.commit(session));
      return result;
    } catch (error) {
      watched.leave(error instanceof ConnectionLost);
      throw error;
    }
  };

  /** The server ends a transaction whose client is gone, or silent for too long. */
  const watchSession = (session: Session) => {
    machine.onCrash(() => scheduler.after(network.isCut(machine) ? SILENCE_MS : 1, () => server.rollback(session)));
    let idle = () => {};
    const busy = <Result>(work: () => Promise<Result>) =>
      request('statement', async () => {
        idle();
        try {
          return await work();
        } finally {
          idle = scheduler.after(IDLE_TRANSACTION_MS, () => server.rollback(session));
        }
      });
    const transaction: LinkTransaction = {
      run: (statement) => busy(() => server.run(session, statement)),
      save: async () => {
        const restore = await busy(async () => server.save(session));
        return () => busy(async () => restore());
      },
    };
    return {
      transaction,
      leave: (isGone: boolean) =>
        void scheduler.after(isGone && network.isCut(machine) ? SILENCE_MS : 1, () => server.rollback(session)),
    };
  };

  return {
    alone: (statement, kind = 'statement') =>
      request(kind, async () => {
        const session = server.begin(machine.name);
        const result = await server.run(session, statement);
        server.commit(session);
        return result;
      }),
    together,
    retrying: async (work) => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await together(work);
        } catch (error) {
          if (!(error instanceof Deadlock) || attempt === CONFLICT_ATTEMPTS) throw error;
          await pause(thread.timers, CONFLICT_PAUSE_MS * attempt);
        }
      }
    },
  };
}
