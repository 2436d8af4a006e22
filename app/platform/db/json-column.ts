import type { ColumnType } from 'kysely';

/** Any JSON value, as it is read from a column. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/**
 * A json or jsonb column: read as its value, written as text (`JSON.stringify`). Text only, because the driver would
 * turn an array into a PostgreSQL array and a plain string into broken JSON.
 */
export type JsonColumn = ColumnType<JsonValue, string, string>;
