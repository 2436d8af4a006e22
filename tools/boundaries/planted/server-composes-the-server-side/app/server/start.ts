import { actions } from '../features/actions.generated.ts';
import { claim } from '../runtime/claim-runs.ts';

export const start = [actions, claim];
