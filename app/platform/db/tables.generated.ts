/** The tables of the migrated database. Written by `npm run generate`; change a migration, not this file. */
import type { JsonColumn } from './json-column.ts';
import type { ColumnType } from "kysely";

type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;

type Timestamp = ColumnType<Date, Date | string, Date | string>;

interface Accounts {
  access_token: string | null;
  access_token_expires_at: Timestamp | null;
  account_id: string;
  created_at: Generated<Timestamp>;
  id: string;
  id_token: string | null;
  password: string | null;
  provider_id: string;
  refresh_token: string | null;
  refresh_token_expires_at: Timestamp | null;
  scope: string | null;
  updated_at: Generated<Timestamp>;
  user_id: string;
}

interface ApiKeys {
  created_at: Generated<Timestamp>;
  expires_at: Timestamp | null;
  hint: string;
  id: string;
  key_hash: Buffer;
  name: string;
  org_id: string;
  revoked_at: Timestamp | null;
  scopes: Generated<string[]>;
}

interface AuditHeads {
  hash: Buffer;
  org_id: string;
  seq: number;
}

interface AuditLog {
  action: string;
  actor_id: string | null;
  actor_kind: string;
  after: JsonColumn | null;
  at: Timestamp;
  before: JsonColumn | null;
  hash: Buffer;
  object_id: string;
  object_type: string;
  org_id: string;
  prev_hash: Buffer;
  seq: number;
}

interface Connections {
  created_at: Generated<Timestamp>;
  data_key: Buffer;
  hosts: string[];
  id: string;
  key_id: string;
  kind: string;
  name: string;
  org_id: string;
  sealed: Buffer;
  updated_at: Generated<Timestamp>;
  version: Generated<number>;
}

interface DeadLetters {
  code: string;
  created_at: Generated<Timestamp>;
  id: string;
  message: string;
  node_id: string | null;
  org_id: string;
  resolved_at: Timestamp | null;
  run_id: string;
  workflow_id: string;
}

interface DeploymentRevisions {
  org_id: string;
  revision: Generated<number>;
  waits: Generated<number>;
}

interface Deployments {
  active: boolean;
  org_id: string;
  updated_at: Generated<Timestamp>;
  version: number;
  workflow_id: string;
}

interface EventKeys {
  created_at: Generated<Timestamp>;
  event_id: string;
  key_hash: Buffer;
  org_id: string;
  run_ids: string[];
}

interface Events {
  data: JsonColumn;
  decisions: JsonColumn | null;
  depth: Generated<number>;
  id: string;
  occurred_at: Timestamp;
  org_id: string;
  received_at: Generated<Timestamp>;
  subject_id: string | null;
  type: string;
}

interface EventWaits {
  event: string;
  match: string | null;
  org_id: string;
  run_id: string;
  since: Timestamp;
  step: string;
}

interface Hooks {
  created_at: Generated<Timestamp>;
  org_id: string;
  previous_secret_sealed: string | null;
  previous_secret_until: Timestamp | null;
  published_trigger: JsonColumn | null;
  secret_sealed: string | null;
  token_hash: Buffer;
  token_sealed: string;
  trigger_id: string;
  workflow_id: string;
}

interface IdempotencyKeys {
  created_at: Generated<Timestamp>;
  key_hash: Buffer;
  org_id: string;
  request_hash: Buffer;
  response: JsonColumn | null;
  status: number | null;
}

interface Invitations {
  accepted_at: Timestamp | null;
  created_at: Generated<Timestamp>;
  email: string | null;
  expires_at: Timestamp;
  id: string;
  org_id: string;
  revoked_at: Timestamp | null;
  role: string;
  token_hash: Buffer;
}

interface Members {
  joined_at: Generated<Timestamp>;
  org_id: string;
  role: string;
  user_id: string;
}

interface Messages {
  attempted_at: Timestamp | null;
  bcc: Generated<string[]>;
  body_html: string | null;
  body_text: string | null;
  cc: Generated<string[]>;
  channel: string;
  created_at: Generated<Timestamp>;
  error: string | null;
  from_address: string | null;
  id: string;
  idempotency_key: string;
  message_id: string | null;
  org_id: string;
  private: Generated<boolean>;
  reply_to: string | null;
  run_id: string | null;
  sent_at: Timestamp | null;
  status: string;
  step: string | null;
  subject: string | null;
  to_addresses: string[];
  workflow_id: string | null;
}

interface Organizations {
  created_at: Generated<Timestamp>;
  id: string;
  name: string;
  timezone: Generated<string>;
}

interface RateCells {
  key_hash: Buffer;
  org_id: string;
  tat: Timestamp;
}

interface Reentries {
  created_at: Generated<Timestamp>;
  org_id: string;
  run_id: string;
  subject_id: string;
  workflow_id: string;
}

interface RunHistory {
  depth: number;
  error: JsonColumn | null;
  event: JsonColumn;
  event_id: string;
  finished_at: Generated<Timestamp>;
  id: string;
  org_id: string;
  output: JsonColumn | null;
  parent_attempt: number | null;
  parent_run_id: string | null;
  parent_step: string | null;
  started_at: Timestamp;
  state: JsonColumn | null;
  status: string;
  subject_id: string | null;
  trigger_id: string | null;
  version: number;
  workflow_id: string;
}

interface RunInbox {
  id: Generated<number>;
  message: JsonColumn;
  org_id: string;
  run_id: string;
}

interface Runs {
  claims: Generated<number>;
  concurrency: number | null;
  debounce_key: string | null;
  depth: Generated<number>;
  due_at: Timestamp | null;
  event: JsonColumn;
  event_id: string;
  id: string;
  order_key: string | null;
  org_id: string;
  parent_attempt: number | null;
  parent_run_id: string | null;
  parent_step: string | null;
  parked: JsonColumn | null;
  seq: Generated<number>;
  started_at: Generated<Timestamp>;
  state: JsonColumn | null;
  status: string;
  subject_id: string | null;
  token: Generated<number>;
  trigger_id: string | null;
  version: number;
  wake: Generated<number>;
  worker_id: string | null;
  workflow_id: string;
}

interface RunStepHistory {
  attempt: number;
  due_at: Timestamp | null;
  error: JsonColumn | null;
  finished_at: Timestamp | null;
  input: JsonColumn | null;
  item: string | null;
  key: string;
  node_id: string;
  org_id: string;
  output: JsonColumn | null;
  port: string | null;
  run_finished_at: Generated<Timestamp>;
  run_id: string;
  seq: number;
  started_at: Timestamp;
  status: string;
}

interface RunSteps {
  attempt: number;
  due_at: Timestamp | null;
  error: JsonColumn | null;
  finished_at: Timestamp | null;
  input: JsonColumn | null;
  item: string | null;
  key: string;
  node_id: string;
  org_id: string;
  output: JsonColumn | null;
  port: string | null;
  run_id: string;
  seq: number;
  started_at: Timestamp;
  status: string;
}

interface Schedules {
  anchor: Generated<Timestamp>;
  next_at: Timestamp | null;
  org_id: string;
  trigger_id: string;
  version: number;
  workflow_id: string;
}

interface SendingHolds {
  backup_at: Timestamp;
  org_id: string;
  since: Generated<Timestamp>;
}

interface ServerFacts {
  created_at: Generated<Timestamp>;
  name: string;
  value: string;
}

interface Sessions {
  created_at: Generated<Timestamp>;
  expires_at: Timestamp;
  id: string;
  ip_address: string | null;
  token: string;
  updated_at: Generated<Timestamp>;
  user_agent: string | null;
  user_id: string;
}

interface TwoFactors {
  backup_codes: string;
  failed_verification_count: Generated<number>;
  id: string;
  locked_until: Timestamp | null;
  secret: string;
  user_id: string;
  verified: Generated<boolean>;
}

interface Users {
  created_at: Generated<Timestamp>;
  email: string;
  email_verified: Generated<boolean>;
  id: string;
  image: string | null;
  name: string;
  two_factor_enabled: Generated<boolean>;
  updated_at: Generated<Timestamp>;
}

interface Verifications {
  created_at: Generated<Timestamp>;
  expires_at: Timestamp;
  id: string;
  identifier: string;
  updated_at: Generated<Timestamp>;
  value: string;
}

interface Workers {
  host: string;
  id: string;
  lease_until: Timestamp;
  pid: number;
  process_started: number;
  started_at: Generated<Timestamp>;
}

interface Workflows {
  created_at: Generated<Timestamp>;
  deleted_at: Timestamp | null;
  draft: JsonColumn;
  draft_revision: Generated<number>;
  id: string;
  name: string;
  org_id: string;
  published_version: number | null;
  status: Generated<string>;
  updated_at: Generated<Timestamp>;
}

interface WorkflowVersions {
  created_at: Generated<Timestamp>;
  definition: JsonColumn;
  org_id: string;
  version: number;
  workflow_id: string;
}

export interface DB {
  accounts: Accounts;
  api_keys: ApiKeys;
  audit_heads: AuditHeads;
  audit_log: AuditLog;
  connections: Connections;
  dead_letters: DeadLetters;
  deployment_revisions: DeploymentRevisions;
  deployments: Deployments;
  event_keys: EventKeys;
  event_waits: EventWaits;
  events: Events;
  hooks: Hooks;
  idempotency_keys: IdempotencyKeys;
  invitations: Invitations;
  members: Members;
  messages: Messages;
  organizations: Organizations;
  rate_cells: RateCells;
  reentries: Reentries;
  run_history: RunHistory;
  run_inbox: RunInbox;
  run_step_history: RunStepHistory;
  run_steps: RunSteps;
  runs: Runs;
  schedules: Schedules;
  sending_holds: SendingHolds;
  server_facts: ServerFacts;
  sessions: Sessions;
  two_factors: TwoFactors;
  users: Users;
  verifications: Verifications;
  workers: Workers;
  workflow_versions: WorkflowVersions;
  workflows: Workflows;
}
