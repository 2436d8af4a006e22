/** How much JSON is read. Both bound work and memory before a value is built. */
export type JsonLimits = {
  /** Objects and arrays inside each other. */
  readonly maxDepth: number;
  /** Object members and array elements in the whole document. */
  readonly maxItems: number;
};

export const DEFAULT_JSON_LIMITS: JsonLimits = { maxDepth: 64, maxItems: 100_000 };
