// breaks the rule
import { actions } from '../features/actions.generated.ts';

export const run = actions;
