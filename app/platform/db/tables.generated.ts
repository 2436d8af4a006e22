// Replaced by `generate-tables.ts` from the migrated database.
// biome-ignore lint/suspicious/noExplicitAny: stands in until the tables exist
export type DB = any;
