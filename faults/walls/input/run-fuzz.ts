import fc from 'fast-check';

/** `FUZZ_SECONDS` gives each longer than the usual run does; `FUZZ_SEED` and `FUZZ_PATH` repeat what one has told. */
const SECONDS = Number(process.env.FUZZ_SECONDS ?? 15);
const { FUZZ_SEED, FUZZ_PATH } = process.env;

/** For the test around it, in which a failure is also made smaller. */
export const FUZZ_TEST_TIMEOUT_MS = (SECONDS * 2 + 60) * 1000;

/** Tries `check` on values until the time is over; throws what it threw, with how to see it again. */
export async function runFuzz<Value>(
  values: fc.Arbitrary<Value>,
  check: (value: Value) => Promise<void>,
  share = 1,
): Promise<{ readonly runs: number; readonly seed: number }> {
  const run = await fc.check(fc.asyncProperty(values, check), {
    ...(FUZZ_SEED !== undefined && { seed: Number(FUZZ_SEED) }),
    ...(FUZZ_PATH !== undefined && { path: FUZZ_PATH }),
    numRuns: 10_000_000,
    interruptAfterTimeLimit: SECONDS * share * 1000,
  });
  if (run.failed && run.counterexamplePath !== null) {
    const { errorInstance } = run as { readonly errorInstance?: unknown };
    const again = `FUZZ_SEED=${run.seed} FUZZ_PATH=${run.counterexamplePath}`;
    throw new Error(`${again}, after ${run.numRuns} runs: ${(errorInstance as Error).message}`, {
      cause: errorInstance,
    });
  }
  return { runs: run.numRuns, seed: run.seed };
}
