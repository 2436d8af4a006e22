/** Everything that the parts of one simulation share. */
import type { WorkflowNode } from '@mainspring/engine/definition/format.ts';
import type { Json } from '@mainspring/engine/json.ts';
import type { Log } from '../../app/platform/db/log.ts';
import type { RunStore } from '../../app/runtime/store/run-store.ts';
import type { ActionPerformer } from '../../app/runtime/work/perform-action.ts';
import type { Network } from './database/link.ts';
import type { Server } from './database/server.ts';
import type { Tables } from './database/tables.ts';
import type { Machine } from './machine.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import type { Weather } from './weather.ts';
import type { Service } from './world/service.ts';
import type { ChildWorkflows, SimulatedWorkflow } from './world/workflows.ts';

export type Site = {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly weather: Weather;
  /** False from the moment when nothing fails any more. */
  readonly isStormy: () => boolean;
  readonly server: Server;
  readonly tables: Tables;
  readonly network: Network;
  readonly service: Service;
  readonly workflows: readonly SimulatedWorkflow[];
  readonly children: ChildWorkflows;
  readonly newId: () => string;
  readonly leaseMs: number;
  readonly planted: PlantedFault | null;
  readonly trace: Trace;
  /** Counts a fault that was really met. */
  readonly met: (fault: MetFault) => void;
  readonly log: Log;
} & Facts;

export type MetFault =
  | 'process killed'
  | 'killed after its commit'
  | 'killed in a call'
  | 'process frozen'
  | 'event loop blocked'
  | 'cut off from the database'
  | 'database restarted'
  | 'clock jumped'
  | 'question lost'
  | 'answer lost'
  | 'answer to a commit lost'
  | 'post lost'
  | 'post doubled'
  | 'hint lost'
  | 'service failed'
  | 'published or paused'
  | 'command given';

/** What is known of things by their ids. */
export type Facts = {
  /** When the database's clock last jumped, in simulated time. */
  readonly lastJumpMs: () => number;
  /** The process that took this lease. */
  readonly machineOf: (workerId: string | null) => string | undefined;
  readonly findWorkflow: (workflowId: string) => SimulatedWorkflow | undefined;
  readonly nodeOf: (runId: string, nodeId: string) => WorkflowNode | undefined;
  /** The number of the post that this event came from, or null. */
  readonly postOf: (data: Json) => number | null;
  /** People changed how this run ends. */
  readonly isDisturbed: (runId: string) => boolean;
};

/** Notes what happened, for people to read. The line is only made where somebody wants it. */
export type Trace = (line: () => string) => void;

/** A fault that the product must not have, put around the parts of one process. */
export type PlantedFault = {
  readonly name: string;
  /** In which it shows soonest. */
  readonly weather?: Partial<Weather>;
  readonly store?: (store: RunStore, site: Site, machine: Machine) => RunStore;
  readonly performer?: (performer: ActionPerformer) => ActionPerformer;
  /** Replaces the renewal of the lease. */
  readonly renew?: () => Promise<boolean>;
};

export const ORGANIZATION = 'org';
