// breaks the rule
import { check } from '../../tools/check.ts';

export const start = check;
