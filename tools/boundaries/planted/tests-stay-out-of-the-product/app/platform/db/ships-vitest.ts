// breaks the rule
import { expect } from 'vitest';

export const x = expect;
