/** What other features may use of connections. */
export { connectionField, HTTP_KINDS } from './connection-field.ts';
export { findMissingConnections } from './find-missing-connections.ts';
export type { Connections } from './open-connection.ts';
