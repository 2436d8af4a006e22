/** One thing that is wrong, or doubtful, in a definition. `path` is a JSON pointer into the document. */
export type Problem = {
  readonly code: ProblemCode;
  readonly path: string;
  readonly nodeId: string | null;
  readonly message: string;
  readonly severity: 'error' | 'warning';
};

export type ProblemCode =
  | 'invalid_document'
  | 'unknown_key'
  | 'invalid_value'
  | 'duplicate_id'
  | 'unknown_type'
  | 'missing_input'
  | 'invalid_input'
  | 'invalid_expression'
  | 'invalid_template'
  | 'unknown_name'
  | 'unknown_port'
  | 'dangling_edge'
  | 'duplicate_edge'
  | 'cycle'
  | 'unreachable_node'
  | 'loop_boundary'
  | 'compensation'
  | 'wait_without_timeout'
  | 'self_trigger'
  | 'missing_connection'
  | 'too_long'
  | 'no_trigger'
  | 'disabled_node';
