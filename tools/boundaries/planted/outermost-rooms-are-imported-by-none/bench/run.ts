import { check } from '../tools/check.ts';

export const run = check;
