import { inject } from 'vitest';

export const database = inject;
