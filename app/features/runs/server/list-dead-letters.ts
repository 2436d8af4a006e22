import { isId } from '../../../platform/ids/id.ts';
import type { DeadLetterView, Page } from '../../../runtime/public.ts';
import { runErrors } from './run-errors.ts';
import type { RunsContext } from './runs-context.ts';

/** Runs that wait for a person to look, newest first. Throws invalid_cursor. */
export async function listDeadLetters(
  { runtime }: RunsContext,
  organizationId: string,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<DeadLetterView>> {
  if (cursor !== undefined && !isId(cursor)) throw runErrors.invalid_cursor();
  return runtime.listDeadLetters(organizationId, { limit, cursor: cursor ?? null });
}
