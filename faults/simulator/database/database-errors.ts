/** What the database, or the way to it, answers when it cannot do as it was asked. Codes are PostgreSQL's. */
export class Deadlock extends Error {
  readonly code = '40P01';
  constructor() {
    super('deadlock detected');
  }
}

export class StatementTimeout extends Error {
  readonly code = '57014';
  constructor() {
    super('canceling statement due to statement timeout');
  }
}

export class SessionEnded extends Error {
  readonly code = '57P01';
  constructor() {
    super('terminating connection due to administrator command');
  }
}

/** Nobody knows whether the request was carried out. */
export class ConnectionLost extends Error {
  readonly code = 'ECONNRESET';
  constructor() {
    super('Connection terminated unexpectedly');
  }
}
