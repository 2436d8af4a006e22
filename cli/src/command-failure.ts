/** A command cannot go on, and the user can do something about it. Printed without a stack; the command exits 1. */
export class CommandFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CommandFailure';
  }
}
