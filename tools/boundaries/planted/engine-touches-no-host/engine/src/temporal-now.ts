// breaks the rule
import { Temporal } from 'temporal-polyfill';

export const at = () => Temporal.Now.instant();
