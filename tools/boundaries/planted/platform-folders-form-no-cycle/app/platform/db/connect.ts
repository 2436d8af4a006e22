// breaks the rule
import { log } from '../log/log.ts';

export const connect = log;
