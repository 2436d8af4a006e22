/** Where the server listens: a folder for its Unix socket, or a loopback port. */
export type Address =
  | { readonly kind: 'socket'; readonly folder: string }
  | { readonly kind: 'port'; readonly port: number };

export type Durability = 'full' | 'none';

/** The port number names the socket file too; it is private to its folder, so any will do. */
export const SOCKET_PORT = 5432;

/** Text of `postgresql.conf`, written anew at every start so that it follows the version of Mainspring that runs. */
export function postgresConf(durability: Durability): string {
  const lines = Object.entries({ ...DURABLE[durability], ...TUNING }).map(([name, value]) => `${name} = ${value}`);
  return [
    '# Written by Mainspring at every start. Settings of your own belong into custom.conf beside this file.',
    ...lines,
    "include_if_exists = 'custom.conf'",
    '',
  ].join('\n');
}

/** Arguments that depend on where the folder stands now; it may have been moved since the last start. */
export function addressArguments(address: Address): string[] {
  switch (address.kind) {
    case 'socket':
      return [
        ...['-c', 'listen_addresses='],
        // A comma or a space would otherwise end the path.
        ...['-c', `unix_socket_directories="${address.folder.replaceAll('"', '""')}"`],
        ...['-c', `port=${SOCKET_PORT}`],
      ];
    case 'port':
      return [
        ...['-c', 'listen_addresses=127.0.0.1'],
        ...['-c', 'unix_socket_directories='],
        ...['-c', `port=${address.port}`],
      ];
  }
}

const DURABLE: Record<Durability, Record<string, string>> = {
  full: { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' },
  none: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' },
};

// For a small machine that also runs the server: little memory, a write-heavy load of short transactions, hot tables
// whose rows change often (so vacuum soon and without long pauses).
const TUNING: Record<string, string> = {
  shared_buffers: '128MB',
  max_connections: '60',
  wal_compression: 'on',
  max_wal_size: '1GB',
  min_wal_size: '128MB',
  checkpoint_completion_target: '0.9',
  jit: 'off',
  random_page_cost: '1.1',
  autovacuum_naptime: '15s',
  autovacuum_vacuum_scale_factor: '0.05',
  autovacuum_vacuum_insert_scale_factor: '0.1',
  autovacuum_analyze_scale_factor: '0.05',
  autovacuum_vacuum_cost_delay: '1ms',
  timezone: "'UTC'",
  log_timezone: "'UTC'",
  lc_messages: "'C'",
  password_encryption: "'scram-sha-256'",
  // Lines of level LOG and above; an error of a statement is its caller's to report.
  log_min_messages: 'log',
  log_checkpoints: 'off',
  log_line_prefix: "''",
};
