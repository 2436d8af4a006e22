import { NEXT } from '../../definition/format.ts';
import type { Outcome } from './outcome.ts';

/** When a join may start is decided by the edges that lead to it; see ripen.ts. */
export function startJoin(): Outcome {
  return { kind: 'leave', port: NEXT, output: null };
}
