export const CONNECTION_KINDS = ['api_key', 'basic', 'bearer', 'custom', 'webhook', 'smtp'] as const;

/**
 * `api_key`: a header or query parameter; `custom`: several headers; `webhook`: what messages are signed with;
 * `smtp`: a mail server.
 */
export type ConnectionKind = (typeof CONNECTION_KINDS)[number];
