import type { P } from './p.ts';

export type Q = P;
