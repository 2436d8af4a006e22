// breaks the rule
import { claim } from '../../../runtime/claim-runs.ts';

export const list = claim;
