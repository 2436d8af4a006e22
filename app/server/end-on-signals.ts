/** npm and the terminal both pass Ctrl-C on: what comes so soon after the first is the same key press. */
const SAME_PRESS_MS = 1000;

/**
 * Ends the process in order at the first SIGINT or SIGTERM, at once at the second. Exit code 0 after an orderly end.
 */
export function endOnSignals(stop: () => Promise<void>): void {
  let firstAt: number | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    const now = performance.now();
    if (firstAt !== undefined) {
      if (now - firstAt > SAME_PRESS_MS) process.exit(signal === 'SIGINT' ? 130 : 143);
      return;
    }
    firstAt = now;
    process.stderr.write('Stopping; once more to stop at once.\n');
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`Stopped, but not in order: ${error instanceof Error ? error.message : String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}
