/** A key or a sealed value that cannot be used. `message` is fit for the operator and names no secret. */
export class SecretError extends Error {
  readonly code:
    | 'bad_master_key'
    /** None of the keys at hand is the one that the data asks for. */
    | 'wrong_master_key'
    | 'bad_sealed_value';

  constructor(code: SecretError['code'], message: string) {
    super(message);
    this.name = 'SecretError';
    this.code = code;
  }
}
