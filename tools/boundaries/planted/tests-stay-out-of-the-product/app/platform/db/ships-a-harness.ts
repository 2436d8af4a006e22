// breaks the rule
import { database } from './test-database.ts';

export const x = database;
