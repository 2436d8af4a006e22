/** Words longer than this are never compared: the cost grows with the square of the length. */
const LONGEST_CHARS = 64;

/** ` Did you mean 'x'?` for the nearest of the candidates, with its leading space; empty where none is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const nearest = nearestOf(word, candidates);
  return nearest === undefined ? '' : ` Did you mean '${nearest}'?`;
}

function nearestOf(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > LONGEST_CHARS) return undefined;
  const folded = fold(word);
  const most = Math.max(1, Math.floor(folded.length / 3));
  let nearest: string | undefined;
  let least = most + 1;
  for (const candidate of candidates) {
    if (candidate.length > LONGEST_CHARS) continue;
    const far = distance(folded, fold(candidate));
    if (far >= least) continue;
    nearest = candidate;
    least = far;
  }
  return nearest;
}

function fold(word: string): string {
  return word.toLowerCase().replace(/[_\-\s]/g, '');
}

/** Edits that turn one word into the other, two letters swapped counted as one (optimal string alignment). */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current.push(
        Math.min(
          (above[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
          (above[column - 1] ?? 0) + (same ? 0 : 1),
          swapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    before = above;
    above = current;
  }
  return above[b.length] ?? 0;
}
