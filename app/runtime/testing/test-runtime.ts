/** A runtime over a real database for tests, with actions whose world the test holds in its hands. */
import type { WorkflowDefinition } from '@mainspring/engine/definition/format.ts';
import type { Json } from '@mainspring/engine/json.ts';
import { type Action, type ActionContext, defineExternal, definePure, defineRecord } from '@mainspring/sdk/action.ts';
import { sql } from 'kysely';
import { pino } from 'pino';
import { z } from 'zod';
import type { Transaction } from '../../platform/db/database.ts';
import { createTestDatabase, type TestDatabase } from '../../platform/db/testing/create-test-database.ts';
import { newId } from '../../platform/ids/id.ts';
import { createRuntime, type RunningRuntime, type RuntimeOptions } from '../create-runtime.ts';
import type { Intake, RunResult } from '../public.ts';

export type Call = { readonly key: string; readonly input: unknown; readonly context: ActionContext };

/** What `test.call` does: by default it answers with its input. */
export type World = {
  readonly calls: Call[];
  answer: (call: Call) => Promise<Json>;
};

export type TestRuntime = {
  readonly db: TestDatabase;
  readonly runtime: RunningRuntime;
  readonly world: World;
  readonly organizationId: string;
  /** Deploys the definition as a new workflow; answers with its id. */
  readonly deploy: (definition: DefinitionSketch) => Promise<string>;
  readonly redeploy: (workflowId: string, version: number, definition: DefinitionSketch) => Promise<void>;
  /** Starts the workflow by hand; answers with the run's id. */
  readonly start: (workflowId: string, data?: Json, more?: Partial<Intake>) => Promise<string>;
  readonly result: (runId: string) => Promise<RunResult>;
  /** Another runtime over the same database. The caller stops it. */
  readonly another: (options?: Partial<RuntimeOptions>) => RunningRuntime;
  readonly close: () => Promise<void>;
};

export type DefinitionSketch = Pick<WorkflowDefinition, 'nodes'> & Partial<WorkflowDefinition>;

const RESULT_TIMEOUT_MS = 15_000;

export async function createTestRuntime(options: Partial<RuntimeOptions> = {}): Promise<TestRuntime> {
  const db = await createTestDatabase();
  const world: World = { calls: [], answer: async ({ input }) => input as Json };
  const organizationId = await createOrganization(db);
  await db.owner.query(`
    create table test_notes (org_id uuid not null, run_id uuid not null, step text not null, text text not null);
    select mainspring.protect('test_notes')`);
  const another = (more: Partial<RuntimeOptions> = {}) =>
    createRuntime({
      db,
      connection: db.connection,
      actions: testActions(world),
      roles: { worker: true, scheduler: true },
      leaseMs: 10_000,
      retentionDays: 90,
      newId,
      log: pino({ level: 'silent' }),
      ...options,
      ...more,
    });
  const runtime = another();
  await runtime.start();

  const redeploy = async (workflowId: string, version: number, definition: DefinitionSketch) => {
    await db.withTenant(organizationId, (tx) =>
      runtime.deploy(tx, { organizationId, workflowId, version, definition: complete(definition) }),
    );
    runtime.deploymentsChanged(organizationId);
  };
  return {
    db,
    runtime,
    world,
    organizationId,
    another,
    redeploy,
    deploy: async (definition) => {
      const workflowId = newId();
      await redeploy(workflowId, 1, definition);
      return workflowId;
    },
    start: async (workflowId, data = {}, more = {}) => {
      const answer = await runtime.accept({
        organizationId,
        type: 'manual',
        data,
        subjectId: null,
        time: null,
        key: null,
        target: { kind: 'manual', workflowId },
        depth: 0,
        ...more,
      });
      const runId = answer.kind === 'accepted' ? answer.runIds[0] : undefined;
      if (runId === undefined) throw new Error(`no run was started: ${JSON.stringify(answer)}`);
      return runId;
    },
    result: async (runId) => {
      const result = await runtime.waitForResult(organizationId, runId, RESULT_TIMEOUT_MS);
      if (result !== undefined) return result;
      const run = await runtime.findRun(organizationId, runId);
      const steps = await runtime.listSteps(organizationId, runId);
      throw new Error(`the run did not end: ${JSON.stringify({ run, steps })}`);
    },
    close: async () => {
      await runtime.stop();
      await db.drop();
    },
  };
}

async function createOrganization(db: TestDatabase): Promise<string> {
  const organizationId = newId();
  await db.engine.query('insert into organizations (id, name) values ($1, $2)', [organizationId, 'Test gym']);
  return organizationId;
}

function complete(definition: DefinitionSketch): WorkflowDefinition {
  return { format: 'mainspring/workflow@1', name: 'Test', triggers: [], edges: [], settings: {}, ...definition };
}

function testActions(world: World): ReadonlyMap<string, Action<Transaction>> {
  const anything = z.json() as z.ZodType<Json, Json>;
  const double = definePure({
    type: 'test.double',
    title: 'Double',
    category: 'test',
    summary: 'Doubles a number.',
    input: z.strictObject({ n: z.number() }),
    output: z.number(),
    run: ({ n }) => n * 2,
  });
  const answer = async (input: unknown, context: ActionContext) => {
    const call = { key: context.idempotencyKey, input, context };
    world.calls.push(call);
    return world.answer(call);
  };
  const call = defineExternal({
    type: 'test.call',
    title: 'Call',
    category: 'test',
    summary: 'Calls the world of the test.',
    input: anything,
    output: anything,
    run: answer,
    dryRun: (input) => ({ output: input, summary: 'would call' }),
  });
  const note = defineRecord<Transaction, z.ZodObject<{ text: z.ZodString }>, z.ZodNull>({
    type: 'test.note',
    title: 'Note',
    category: 'test',
    summary: 'Writes a row of its own.',
    input: z.object({ text: z.string() }),
    output: z.null(),
    run: async ({ text }, { organizationId, runId, step }, tx) => {
      await sql`insert into test_notes values (${organizationId}, ${runId}, ${step}, ${text})`.execute(tx);
      if (text === 'refuse') throw new Error('no such note');
      return null;
    },
    dryRun: () => ({ output: null, summary: 'would note' }),
  });
  return new Map<string, Action<Transaction>>([double, call, note].map((action) => [action.type, action]));
}
