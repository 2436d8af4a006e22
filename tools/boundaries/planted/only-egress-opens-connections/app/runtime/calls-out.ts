// breaks the rule
import { get } from 'node:https';

export const x = get;
