/** The value below which `share` of the values lie; null of none. */
export function percentile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? null;
}

/** `p50 8.1 s, p99 12.0 s of 40`. */
export function summarize(valuesMs: readonly number[]): string {
  const [middle, high] = [percentile(valuesMs, 0.5), percentile(valuesMs, 0.99)];
  if (middle === null || high === null) return 'none measured';
  return `p50 ${seconds(middle)}, p99 ${seconds(high)} of ${valuesMs.length}`;
}

export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}

const BOUNDS_MS = [10, 50, 100, 250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 60_000];

/** How many values lie at or below each bound, and above the one before. */
export function histogram(valuesMs: readonly number[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const value of valuesMs) {
    const bound = BOUNDS_MS.find((each) => value <= each);
    const name = bound === undefined ? `> ${BOUNDS_MS.at(-1)} ms` : `<= ${bound} ms`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
