const FARTHEST_EDITS = 4;

/** The known name that a misspelt one most likely means, or null where none is near. */
export function nearestName(name: string, known: readonly string[]): string | null {
  const byDistance = known
    .map((candidate) => ({ candidate, edits: countEdits(name.toUpperCase(), candidate) }))
    .sort((a, b) => a.edits - b.edits);
  const nearest = byDistance[0];
  return nearest !== undefined && nearest.edits <= FARTHEST_EDITS ? nearest.candidate : null;
}

/** Levenshtein distance: letters to insert, remove or replace. */
function countEdits(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [row, letter] of [...from].entries()) {
    const current = [row + 1];
    for (const [column, other] of [...to].entries()) {
      const replaced = (previous[column] ?? 0) + (letter === other ? 0 : 1);
      current.push(Math.min(replaced, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous.at(-1) ?? 0;
}
