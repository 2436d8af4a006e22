const LONGEST_MS = 15_000;

/** Looks until the condition holds. For what no signal reaches a test for, such as another process's commit. */
export async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + LONGEST_MS;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`the condition did not come true: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
