import { errorTable } from '../../../platform/errors/app-error.ts';

/** Codes of the identity feature. Foreign and malformed ids get the same answer as unknown ones. */
export const identityErrors = errorTable({
  member_not_found: { status: 404, message: 'There is no such member.' },
  invitation_not_found: { status: 404, message: 'There is no such open invitation.' },
  api_key_not_found: { status: 404, message: 'There is no such API key.' },
  session_not_found: { status: 404, message: 'You have no such session.' },
  last_owner: {
    status: 409,
    message: 'An organization needs an owner, and this is the last one. Make another member owner first.',
  },
  already_member: { status: 409, message: 'A member of the organization has this address already.' },
  invalid_link: {
    status: 410,
    message: 'This link was used already, has expired, or was taken back. Ask for a new invitation.',
  },
  other_address: {
    status: 403,
    message: 'This invitation is for another e-mail address. Sign in with the address that it was sent to.',
  },
  has_account: {
    status: 409,
    message: 'This address has an account already. Sign in with it, then open the link again.',
  },
  email_needed: { status: 422, message: 'This link needs the field email: the address that you will sign in with.' },
  email_given: { status: 422, message: 'This invitation says the address itself. Leave the field email out.' },
  unknown_timezone: {
    status: 422,
    message: (given: string) => `${JSON.stringify(given)} is no time zone. Give an IANA name such as Europe/Berlin.`,
  },
  expires_in_past: { status: 422, message: 'expiresAt lies in the past. Give a time to come, or null for never.' },
  too_many: { status: 409, message: (what: string) => what },
  invalid_cursor: { status: 400, message: 'The cursor is not one that a list answered.' },
  too_many_attempts: {
    status: 429,
    message: 'Too many attempts came from this address or for this account. Wait as Retry-After says.',
  },
  auth_refused: { status: 400, message: (reason: string) => reason },
});
