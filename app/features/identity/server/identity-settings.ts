import type { Mailer } from '../../../platform/mail/mailer.ts';

type Client = { readonly clientId: string; readonly clientSecret: string };
/** Services by which people may sign in; those that are not set up are not there. */
export type SocialProviders = { readonly [provider in 'google' | 'github' | 'microsoft']?: Client };

export type IdentitySettings = {
  /** Null: mails are kept in the outbox. */
  readonly mailer: Mailer | null;
  readonly mailFrom: string;
  /** Who may get an account without being one of the first: everyone, or who was invited. */
  readonly signUp: 'open' | 'invited';
  readonly social: SocialProviders;
};

/** Shown in the outbox where nobody has said who sends. */
export const DEFAULT_MAIL_FROM = 'mainspring@localhost.localdomain';

export const DEFAULT_IDENTITY: IdentitySettings = {
  mailer: null,
  mailFrom: DEFAULT_MAIL_FROM,
  signUp: 'invited',
  social: {},
};
