import { FORMAT } from '../engine/src/definition/format.ts';

export const check = FORMAT;
