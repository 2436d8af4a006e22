import type { ErrorProblem } from '../../../platform/errors/app-error.ts';
import { errorTable } from '../../../platform/errors/app-error.ts';

/** Codes of the workflows feature. Foreign and malformed ids get the same answer as unknown ones. */
export const workflowErrors = errorTable({
  workflow_not_found: { status: 404, message: 'There is no such workflow.' },
  version_not_found: { status: 404, message: 'The workflow has no such version.' },
  trigger_not_found: { status: 404, message: 'The workflow has no webhook trigger of this id.' },
  hook_not_found: { status: 404, message: 'There is no webhook at this address.' },
  invalid_definition: {
    status: 422,
    message: (problems: readonly ErrorProblem[]) =>
      `The definition cannot be used: ${counted(problems.length)}. The first: ${problems[0]?.message ?? ''}`,
  },
  draft_changed: {
    status: 412,
    message: (revision: number) =>
      `The draft was changed in the meantime: it is at revision ${revision}. Read it again, then send If-Match: "${revision}".`,
  },
  invalid_if_match: { status: 400, message: 'The header If-Match must hold a revision such as "3", or *.' },
  never_published: { status: 409, message: 'The workflow was never published. Publish it first.' },
  workflow_inactive: { status: 409, message: 'The workflow is paused. Set its status to active first.' },
  invalid_input: { status: 422, message: 'The input does not fit the form of the manual trigger.' },
  invalid_cursor: { status: 400, message: 'The cursor is not one that a list answered.' },
  webhook_refused: { status: 401, message: (reason: string) => reason },
  webhook_off: { status: 410, message: 'The workflow behind this webhook is off: paused, removed or not published.' },
  webhook_unreadable: { status: 400, message: (reason: string) => reason },
  dedupe_failed: {
    status: 400,
    message: (reason: string) => `The key by which repeats are recognised cannot be worked out: ${reason}`,
  },
  secret_not_base64: {
    status: 422,
    message: 'The trigger uses standard-webhooks: its secret must be whsec_ followed by at least 24 bytes in base64.',
  },
  no_secret_used: { status: 409, message: 'The trigger does not check senders by a secret: see its verify field.' },
  simulation_too_large: {
    status: 422,
    message: 'The simulation takes more time or memory than it may. Ask for fewer clients or a shorter time.',
  },
  simulation_busy: { status: 503, message: 'Too many simulations wait already. Try again in a few seconds.' },
  run_failed: { status: 422, message: (reason: string) => `The run failed: ${reason}` },
  run_cancelled: { status: 422, message: 'The run was cancelled.' },
});

function counted(problems: number): string {
  return problems === 1 ? '1 problem' : `${problems} problems`;
}
