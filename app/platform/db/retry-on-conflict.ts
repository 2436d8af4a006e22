import { setTimeout as delay } from 'node:timers/promises';

const ATTEMPTS = 6;
const FIRST_PAUSE_MS = 10;

/** Serialization failure and deadlock: the transaction did nothing and may simply be run again. */
const CONFLICTS = new Set(['40001', '40P01']);

/**
 * Runs a whole transaction, and runs it again, at most 6 times with growing random pauses, where the database gave it
 * up in favour of another one. `transaction` must therefore do nothing outside the database.
 */
export async function retryOnConflict<T>(transaction: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transaction();
    } catch (error) {
      if (attempt === ATTEMPTS || !isConflict(error)) throw error;
      await delay(Math.random() * FIRST_PAUSE_MS * 2 ** attempt);
    }
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && CONFLICTS.has(error.code);
}
