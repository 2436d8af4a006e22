import { describe, expect, test } from 'vitest';
import type { RunView, StepView } from '../../../runtime/public.ts';
import { followRun, type RunNews } from './follow-run.ts';

const PLACE = { organizationId: 'o', runId: 'r' };

function run(finishedAt: string | null): RunView {
  return {
    id: 'r',
    workflowId: 'w',
    version: 1,
    status: finishedAt ? 'completed' : 'running',
    triggerId: null,
    event: { type: 'manual', data: null, time: '' },
    clientId: null,
    startedAt: '',
    finishedAt,
    error: null,
    output: null,
    parked: null,
    dueAt: null,
  };
}

function step(id: string, status: StepView['status']): StepView {
  const nothing = { item: null, finishedAt: null, dueAt: null, input: null, output: null, error: null, port: null };
  return { id, nodeId: id, attempt: 1, status, startedAt: '', ...nothing };
}

/** A runtime that shows the next state at each look, and stays at the last. */
function showing(states: readonly { run: RunView | undefined; steps: readonly StepView[] }[]) {
  let looks = 0;
  const stopped: string[] = [];
  const state = () => states[Math.min(looks, states.length) - 1];
  return {
    stopped,
    runtime: {
      findRun: async () => {
        looks += 1;
        return state()?.run;
      },
      listSteps: async () => state()?.steps ?? [],
      watchRun: (runId: string) => () => void stopped.push(runId),
      listRuns: never,
      command: never,
      replay: never,
      listDeadLetters: never,
    },
  };
}

function never(): never {
  throw new Error('A follower only reads.');
}

async function collect(news: AsyncIterable<RunNews>): Promise<string[]> {
  const lines: string[] = [];
  for await (const each of news) {
    lines.push(each.kind === 'step' ? `${each.step.id} ${each.step.status} ${each.id}` : each.kind);
  }
  return lines;
}

describe('following a run', () => {
  test('needs no hint: it looks by itself, and says each thing once', async () => {
    const { runtime, stopped } = showing([
      { run: run(null), steps: [step('a', 'running')] },
      { run: run(null), steps: [step('a', 'completed'), step('b', 'running')] },
      { run: run('now'), steps: [step('a', 'completed'), step('b', 'completed')] },
    ]);
    expect(await collect(followRun({ runtime }, PLACE, undefined, new AbortController().signal))).toEqual([
      'a running 0_0r1',
      'a completed 1',
      'b running 1_1r1',
      'b completed 2',
      'run',
    ]);
    expect(stopped).toEqual(['r']);
  });

  test('goes on from what was seen', async () => {
    const { runtime } = showing([{ run: run('now'), steps: [step('a', 'completed'), step('b', 'completed')] }]);
    const news = followRun({ runtime }, PLACE, '1_1r1', new AbortController().signal);
    expect(await collect(news)).toEqual(['b completed 2', 'run']);
  });

  test('ends when nobody listens any more, or the run is gone', async () => {
    const live = showing([{ run: run(null), steps: [] }]);
    expect(await collect(followRun(live, PLACE, undefined, AbortSignal.abort()))).toEqual([]);
    expect(live.stopped).toEqual(['r']);
    const gone = showing([{ run: undefined, steps: [] }]);
    expect(await collect(followRun(gone, PLACE, undefined, new AbortController().signal))).toEqual([]);
  });
});
