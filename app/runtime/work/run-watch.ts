/** Tells those who look at a run, in this process, that something was committed for it. */
export type RunWatch = {
  readonly watch: (runId: string, changed: () => void) => () => void;
  readonly changed: (runId: string) => void;
};

export function createRunWatch(): RunWatch {
  const watchers = new Map<string, Set<() => void>>();
  return {
    watch: (runId, changed) => {
      const set = watchers.get(runId) ?? new Set();
      watchers.set(runId, set.add(changed));
      return () => {
        set.delete(changed);
        if (set.size === 0 && watchers.get(runId) === set) watchers.delete(runId);
      };
    },
    changed: (runId) => {
      for (const tell of watchers.get(runId) ?? []) tell();
    },
  };
}
