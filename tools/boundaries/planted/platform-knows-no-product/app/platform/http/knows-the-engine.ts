// breaks the rule
import type { Run } from '@mainspring/engine/run/run.ts';

export type Serve = Run;
