import pg from 'pg';
import { log } from '../log/log.ts';

export const connect = () => log(pg);
