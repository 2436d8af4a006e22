/** Codes of what an operator can put right; anything else that ends a start is a bug and keeps its stack. */
const OPERATORS = new Set([
  'bad_config',
  'data_folder_in_use',
  'bad_master_key',
  'wrong_master_key',
  'migration_error',
  'backup_error',
  'ECONNREFUSED',
  'ENOTFOUND',
  'EACCES',
]);

/** One line on why the server did not start, as far as the operator can do something about it; else the whole error. */
export function explainFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, address, port, syscall } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (code === 'EADDRINUSE') {
    return `The port ${port} at ${address} is in use by another program. Stop that one, or set PORT to another port.`;
  }
  if (code === 'EADDRNOTAVAIL') return `HOST must be an address of this machine, not ${JSON.stringify(address)}.`;
  if (code === 'EACCES' && syscall === 'listen')
    return `This user may not listen on port ${port}. Set PORT above 1023.`;
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND')
    return `DATABASE_URL: the database cannot be reached (${error.message || code}).`;
  if (code !== undefined && (OPERATORS.has(code) || /^[0-9A-Z]{5}$/.test(code))) return oneLine(error.message);
  // Our own refusals at start carry no code and say what to do.
  return error.constructor === Error ? oneLine(error.message) : (error.stack ?? error.message);
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ');
}
