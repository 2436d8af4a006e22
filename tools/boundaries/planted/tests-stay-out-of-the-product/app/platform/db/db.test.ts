import { database } from './test-database.ts';

export const x = database;
