/** Addresses of the identity feature. */
export const identityPaths = {
  me: () => '/api/v1/me',
  mySessions: () => '/api/v1/me/sessions',
  mySession: (id: string) => `/api/v1/me/sessions/${id}`,
  organization: () => '/api/v1/organization',
  leaveOrganization: () => '/api/v1/organization/leave',
  organizations: () => '/api/v1/organizations',
  members: () => '/api/v1/members',
  member: (id: string) => `/api/v1/members/${id}`,
  invitations: () => '/api/v1/invitations',
  invitation: (id: string) => `/api/v1/invitations/${id}`,
  acceptInvitation: () => '/api/v1/accept-invitation',
  apiKeys: () => '/api/v1/api-keys',
  apiKey: (id: string) => `/api/v1/api-keys/${id}`,
} as const;

/** Open to all: they are how people prove who they are. */
export const authPaths = {
  options: () => '/api/auth/options',
  join: () => '/api/auth/join',
  under: (path: string) => `/api/auth${path}`,
} as const;

/** Pages that mails lead to. The token stands behind the #, so that no log of any server or proxy has it. */
export const identityPages = {
  signIn: () => '/sign-in',
  setPassword: (token: string) => `/set-password#token=${token}`,
  join: (token: string) => `/join#token=${token}`,
} as const;
