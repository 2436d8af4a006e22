import { errorTable } from '../../../platform/errors/app-error.ts';

/** Codes of the messages feature. Foreign and malformed ids get the same answer as unknown ones. */
export const messageErrors = errorTable({
  message_not_found: { status: 404, message: 'There is no such message.' },
  invalid_cursor: { status: 400, message: 'The cursor is not one that a list answered.' },
});
