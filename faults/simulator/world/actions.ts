/** The actions of simulated workflows: one that computes, one that writes our own rows, two that call outside. */
import { nodeSchema } from '@mainspring/engine/definition/format.ts';
import type { Fate } from '@mainspring/engine/run/testing/random-workflow.ts';
import {
  type Action,
  type ActionContext,
  actionFacts,
  defineExternal,
  definePure,
  defineRecord,
} from '@mainspring/sdk/action.ts';
import type { Transaction } from '../../../app/platform/db/database.ts';
import type { MemoryTransaction } from '../database/memory-run-store.ts';
import { stepId } from '../database/tables.ts';
import type { Machine } from '../machine.ts';
import { type Call, refusalOf, type Service } from './service.ts';

/** Any object: the simulator makes all inputs and outputs itself. */
const anything = nodeSchema.shape.input.unwrap();
type Input = { readonly node: string; readonly fate: Fate };

const about = { category: 'test', title: 'Simulated', summary: 'Simulated.', input: anything, output: anything };
const dryRun = () => ({ output: {}, summary: 'nothing' });

export type Actions = ReadonlyMap<string, Action<Transaction>>;

export function createActions(machine: Machine, service: Service): Actions {
  const calling = (type: Call['type']) => async (given: object, context: ActionContext) => ({
    ...(await service.call({ machine, type, input: given as Input, context })),
  });
  const actions: readonly Action<Transaction>[] = [
    definePure({
      ...about,
      type: 'sim.echo',
      run: (given) => {
        if ((given as Input).fate === 'refused') throw new Error('No.');
        return { did: (given as Input).node };
      },
    }),
    defineRecord<Transaction, typeof anything, typeof anything>({ ...about, type: 'sim.note', run: writeNote, dryRun }),
    defineExternal({ ...about, type: 'sim.call', run: calling('sim.call'), dryRun }),
    defineExternal({ ...about, type: 'sim.once', repeatable: false, run: calling('sim.once'), dryRun }),
  ];
  return new Map(actions.map((action) => [action.type, action]));
}

/** Writes first and refuses then, so that what it wrote must be undone. */
async function writeNote(given: object, context: ActionContext, tx: Transaction) {
  const { run, tables } = tx as unknown as MemoryTransaction;
  const { runId, step } = context;
  await run((view) => {
    const key = `${stepId(runId, step)}/${view.nextNumber()}`;
    view.put(tables.notes, key, { run_id: runId, step, text: (given as Input).node });
  });
  const refusal = refusalOf({ input: given as Input, context });
  if (refusal !== null) throw refusal;
  return { did: step };
}

/** Facts do not depend on the machine that performs. */
export function factsOf(actions: Actions) {
  return new Map([...actions.values()].map((action) => [action.type, actionFacts(action)]));
}
