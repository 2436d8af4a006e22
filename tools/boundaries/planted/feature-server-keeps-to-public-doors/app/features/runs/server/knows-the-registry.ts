// breaks the rule
import { actions } from '../../actions.generated.ts';

export const list = actions;
