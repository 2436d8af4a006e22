import { type JsonPath, jsonPointer } from './json-pointer.ts';
import { placeOf } from './place.ts';

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
  | 'disabled_node'
  | 'no_effect_yet';

/** What is wrong at a place: `what` goes on from the name of the place, without its full stop. */
export type Finding = {
  readonly code: ProblemCode;
  readonly path: JsonPath;
  readonly what: string;
  /** A sentence of its own after it, with a leading space. */
  readonly hint?: string;
  /** Default `error`. */
  readonly severity?: Problem['severity'];
  /** Where another node than the one at `path` is concerned. */
  readonly nodeId?: string;
};

/** A problem with its place named: `Node 'text': timeout must be …`. */
export function problemAt(
  document: unknown,
  { code, path, what, hint = '', severity = 'error', ...rest }: Finding,
): Problem {
  const place = placeOf(document, path);
  const message = `${place.label} ${what}.${hint}`;
  return { code, path: jsonPointer(path), nodeId: rest.nodeId ?? place.nodeId, message, severity };
}
