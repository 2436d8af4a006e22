/**
 * What an expression or a template may cost. All are counted, never timed, so that the same input meets the same
 * limit in every place where it runs.
 */
export const LIMITS = {
  /** UTF-16 units of CEL source. */
  expressionChars: 4000,
  expressionNodes: 2000,
  /** Nesting of a CEL source; a chain such as `a + b + c` nests once for each operator. */
  expressionDepth: 250,
  /** UTF-16 units of Liquid source. */
  templateChars: 100_000,
  /** Nesting of Liquid blocks. */
  templateDepth: 50,
  /** Steps of one evaluation: a node inside a loop counts once a round, text and lists count by their size. */
  fuel: 2_000_000,
  /** UTF-16 units of a result, as JSON, or of any text made on the way. */
  outputChars: 256 * 1024,
  /** Nesting of a value that `resolveValue` walks or an expression answers. */
  valueDepth: 200,
  patternChars: 500,
  /** Instructions of a compiled regular expression. */
  patternSize: 2000,
} as const;
