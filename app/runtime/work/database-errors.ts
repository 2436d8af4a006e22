import pg from 'pg';
import { OutdatedDeployments } from '../deployments/outdated-deployments.ts';

/**
 * True where the error was caused by what one row holds, so that the rest of its batch may still be written: data and
 * constraint errors of PostgreSQL (classes 22 and 23), or a child whose workflow changed.
 */
export function isRowError(error: unknown): boolean {
  if (error instanceof OutdatedDeployments) return true;
  return error instanceof pg.DatabaseError && /^2[23]/.test(error.code ?? '');
}
