import { type ErrorProblem, errorTable } from '../../../platform/errors/app-error.ts';
import { CONNECTION_LIMITS } from '../contract.ts';

/** Codes of the connections feature. Foreign and malformed ids get the same answer as unknown ones. */
export const connectionErrors = errorTable({
  connection_not_found: { status: 404, message: 'There is no such connection.' },
  connection_name_taken: { status: 409, message: 'Another connection has this name already. Choose another one.' },
  connection_in_use: {
    status: 409,
    message: (uses: readonly ErrorProblem[]) =>
      `The connection is used by ${uses.length === 1 ? 'a published workflow' : `${uses.length} published workflows`}: ` +
      'change them first, or send ?force=true and let their steps fail.',
  },
  connection_name_in_use: {
    status: 409,
    message: 'Published workflows name the connection by its name. Let them name its id first, and publish them.',
  },
  too_many_connections: {
    status: 409,
    message: `An organization may have ${CONNECTION_LIMITS.perOrganization} connections. Delete one first.`,
  },
  invalid_connection: {
    status: 422,
    message: (problems: readonly ErrorProblem[]) => `The connection cannot be used so: ${problems[0]?.message ?? ''}`,
  },
  secret_needed: {
    status: 422,
    message: (added: readonly string[]) =>
      `To add ${added.join(', ')}, send the secret again with it: else whoever may change hosts could have the ` +
      'secret sent to their own.',
  },
  invalid_cursor: { status: 400, message: 'The cursor is not one that a list answered.' },
});
