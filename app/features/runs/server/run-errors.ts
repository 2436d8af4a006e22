import { errorTable } from '../../../platform/errors/app-error.ts';

/** Codes of the runs feature. Foreign and malformed ids get the same answer as unknown ones. */
export const runErrors = errorTable({
  run_not_found: { status: 404, message: 'There is no such run.' },
  dead_letter_not_found: { status: 404, message: 'There is no such open dead letter.' },
  run_conflict: { status: 409, message: (reason: string) => reason },
  invalid_cursor: { status: 400, message: 'The cursor is not one that a list answered.' },
  too_many_streams: { status: 503, message: 'This server follows as many runs as it can. Try again in a while.' },
});
