export type Turn = { readonly end: () => void };

export type Turns = {
  /** Waits for a turn, first come, first served; null where too many wait. Rejects with the signal's reason. */
  readonly take: (signal: AbortSignal) => Promise<Turn | null>;
};

/** Lets so many work at once and the others wait. */
export function createTurns({ atOnce, mostWaiting }: { atOnce: number; mostWaiting: number }): Turns {
  const waiting = new Set<() => void>();
  let free = atOnce;

  const endOnce = (): Turn => {
    let ended = false;
    return {
      end: () => {
        if (ended) return;
        ended = true;
        const [next] = waiting;
        if (next === undefined) free += 1;
        else next();
      },
    };
  };

  return {
    take: async (signal) => {
      signal.throwIfAborted();
      if (free > 0) {
        free -= 1;
        return endOnce();
      }
      if (waiting.size >= mostWaiting) return null;
      const { promise, resolve, reject } = Promise.withResolvers<Turn>();
      const begin = (): void => {
        waiting.delete(begin);
        signal.removeEventListener('abort', leave);
        resolve(endOnce());
      };
      const leave = (): void => {
        waiting.delete(begin);
        reject(signal.reason);
      };
      waiting.add(begin);
      signal.addEventListener('abort', leave, { once: true });
      return promise;
    },
  };
}
