/** Where the server listens: a folder for its Unix socket, or a loopback port. */
export type Address =
  | { readonly kind: 'socket'; readonly folder: string }
  | { readonly kind: 'port'; readonly port: number };

export type Durability = 'full' | 'none';

/** The port number names the socket file too; it is private to its folder, so any will do. */
export const SOCKET_PORT = 5432;

/** Text of `postgresql.conf`, written anew at every start so that it follows the version of Mainspring that runs. */
export function postgresConf(durability: Durability): string {
  const lines = Object.entries({ ...TUNING, ...DURABLE[durability] }).map(([name, value]) => `${name} = ${value}`);
  return [
    '# Written by Mainspring at every start. Settings of your own belong into custom.conf beside this file.',
    ...lines,
    "include_if_exists = 'custom.conf'",
    '',
  ].join('\n');
}

/** What must hold whatever custom.conf says: where to listen (the folder may have been moved), and that we are told. */
export function serverArguments(address: Address): string[] {
  const settings = { ...addressSettings(address), ...TO_OUR_EARS };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

// Its log comes through the pipe, in English, with the line that says that it is ready.
const TO_OUR_EARS = {
  logging_collector: 'off',
  log_destination: 'stderr',
  // Lines of level LOG and above; an error of a statement is its caller's to report.
  log_min_messages: 'log',
  lc_messages: 'C',
};

function addressSettings(address: Address): Record<string, string> {
  switch (address.kind) {
    case 'socket': {
      // Quoted, as a comma or a space would otherwise end the path.
      const folder = `"${address.folder.replaceAll('"', '""')}"`;
      return { listen_addresses: '', unix_socket_directories: folder, port: String(SOCKET_PORT) };
    }
    case 'port':
      return { listen_addresses: '127.0.0.1', unix_socket_directories: '', port: String(address.port) };
  }
}

const DURABLE: Record<Durability, Record<string, string>> = {
  full: { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' },
  none: {
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    // Nobody will replay its log: write and keep as little of it as can be.
    wal_level: 'minimal',
    max_wal_senders: '0',
    min_wal_size: '32MB',
    max_wal_size: '256MB',
  },
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
  password_encryption: "'scram-sha-256'",
  log_checkpoints: 'off',
  log_line_prefix: "''",
};
