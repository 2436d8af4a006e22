import type { Q } from './q.ts';

export type P = Q;
