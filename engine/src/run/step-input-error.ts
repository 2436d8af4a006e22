/** An input that came out of its expressions as something the node cannot use. Fails the step, never the run's worker. */
export class StepInputError extends Error {
  override readonly name = 'StepInputError';
  readonly code = 'invalid_input';
}
