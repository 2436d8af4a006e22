import { expectedOf } from '@mainspring/engine/run/testing/random-workflow.ts';
import type { HistoryRow } from '../database/tables.ts';
import type { CreateInvariant } from './invariant.ts';

/** Once faults have stopped every run ends, and each as the rules of its workflow say. */
export const ends: CreateInvariant = ({ site, fail }) => {
  const { tables, server } = site;
  const check = (run: HistoryRow) => {
    const workflow = site.findWorkflow(run.workflow_id);
    if (workflow === undefined || site.isDisturbed(run.id)) return;
    // A run that fails takes the children with it that it waits for.
    if (run.status === 'cancelled' && run.parent_run_id !== null) return;
    const expected = expectedOf(workflow.region);
    if (run.status !== (expected.fails ? 'failed' : 'completed')) {
      fail(`${run.id} of ${run.workflow_id} ended as ${run.status}: ${JSON.stringify(run.error)}`);
      return;
    }
    const steps = server.committed(tables.stepHistory).filter((step) => step.run_id === run.id);
    const ended = new Map(
      steps
        .filter(({ error }) => error?.code !== 'cancelled' && error?.code !== 'iteration_failed')
        .map(({ key, status, port }) => [key, port === null ? status : `${status} ${port}`]),
    );
    for (const [key, end] of ended) {
      const isCut = expected.fails && end === 'failed';
      if (!isCut && expected.steps.get(key) !== end) {
        const error = JSON.stringify(steps.find((step) => step.key === key)?.error);
        fail(`${run.id}/${key} ended as ${end}, ${error}; it was to end as ${expected.steps.get(key)}`);
      }
    }
    if (expected.fails) return;
    for (const key of expected.steps.keys()) if (!ended.has(key)) fail(`${run.id}/${key} never ran`);
  };
  return {
    atEnd: () => {
      for (const run of server.committed(tables.runs)) {
        fail(
          `${run.id} of ${run.workflow_id} did not end: it is ${run.status}, due ${run.due_ms}, ${JSON.stringify(run.parked)}`,
        );
      }
      for (const run of server.committed(tables.history)) check(run);
    },
  };
};
