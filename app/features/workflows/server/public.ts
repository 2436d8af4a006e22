/** What other features may use of workflows. */
export { findConnectionUses } from './find-connection-uses.ts';
