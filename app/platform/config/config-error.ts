/** A wrong environment variable. The message is one line that names the variable and what it accepts. */
export class ConfigError extends Error {
  readonly code = 'bad_config';
  readonly variable: string;

  constructor(variable: string, message: string) {
    super(message);
    this.name = 'ConfigError';
    this.variable = variable;
  }
}
