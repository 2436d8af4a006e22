/**
 * | code | means |
 * |---|---|
 * | `expression_syntax` | the CEL source cannot be read, or calls a function that does not exist |
 * | `expression_type` | a value is of a kind that the operator, function or condition does not take |
 * | `missing_field` | a path leads to a field or list place that is not there |
 * | `unknown_name` | the source starts from a name that nothing provides |
 * | `limit_exceeded` | too long, too deep, too much work, or too large a result |
 * | `template_syntax` | the Liquid source cannot be read, or uses an unknown tag or filter |
 * | `evaluation_failed` | anything else: division by zero, a text that is no number, a number that is not exact |
 */
export type ExpressionErrorCode =
  | 'expression_syntax'
  | 'expression_type'
  | 'missing_field'
  | 'unknown_name'
  | 'limit_exceeded'
  | 'template_syntax'
  | 'evaluation_failed';

/** The only thing that evaluation throws. The message names the path or the place in the source. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
  readonly code: ExpressionErrorCode;
  /** Offset into the source, in UTF-16 units, where it is known. */
  readonly at: number | undefined;

  constructor(code: ExpressionErrorCode, message: string, at?: number) {
    super(message);
    this.code = code;
    this.at = at;
  }
}
