import { defineExternal } from '@mainspring/sdk/action.ts';
import { terminal, unknownOutcome } from '@mainspring/sdk/failure.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { startTestApi, type TestApi } from '../../../server/testing/start-test-api.ts';
import { waitForRun } from '../../../server/testing/wait-for-run.ts';

let api: TestApi;
/** What the outside does: the test says so before each run. */
let outside: () => string = () => 'ok';
const call = defineExternal({
  type: 'test.call',
  title: 'Call',
  category: 'test',
  summary: 'Calls',
  input: z.strictObject({}),
  output: z.string(),
  retry: { attempts: 1 },
  run: async () => outside(),
  dryRun: () => ({ output: 'ok', summary: 'would call' }),
});

beforeAll(async () => {
  api = await startTestApi({ actions: [call] });
});
afterAll(() => api.stop());

const START = { id: 'start', type: 'manual' };

async function publish(nodes: readonly object[], edges: readonly object[]): Promise<string> {
  const definition = { format: 'mainspring/workflow@1', name: 'Run', triggers: [START], nodes, edges };
  const { body } = await api.one.post('/api/v1/workflows', { definition });
  expect(await api.one.post(`/api/v1/workflows/${body.id}/publish`)).toMatchObject({ status: 200 });
  return body.id;
}

async function start(workflowId: string, body: object = {}): Promise<string> {
  const answer = await api.one.post(`/api/v1/workflows/${workflowId}/execute`, body);
  expect(answer).toMatchObject({ status: 202 });
  return answer.body.runId;
}

const quick = () => publish([{ id: 'done', type: 'flow.stop' }], [{ from: 'start', to: 'done' }]);
const waiting = () =>
  publish(
    [
      { id: 'wait', type: 'flow.delay', input: { for: 'P1D' } },
      { id: 'done', type: 'flow.stop' },
    ],
    [
      { from: 'start', to: 'wait' },
      { from: 'wait', to: 'done' },
    ],
  );
const calling = (node: object = {}) =>
  publish([{ id: 'call', type: 'test.call', ...node }], [{ from: 'start', to: 'call' }]);

const command = (runId: string, name: string, body?: unknown) => api.one.post(`/api/v1/runs/${runId}/${name}`, body);

describe('reading', () => {
  test('a run tells what the contract says', async () => {
    const workflowId = await quick();
    const runId = await start(workflowId, { input: { a: 1 }, clientId: 'c-1' });
    const run = await waitForRun(api.one, runId, 'completed');
    expect(run).toEqual({
      id: runId,
      workflowId,
      version: 1,
      status: 'completed',
      triggerId: 'start',
      event: { type: 'manual', data: { a: 1 }, time: expect.stringMatching(/Z$/) },
      clientId: 'c-1',
      startedAt: expect.stringMatching(/Z$/),
      finishedAt: expect.stringMatching(/Z$/),
      error: null,
      output: null,
      parked: null,
      dueAt: null,
      steps: [
        {
          id: 'done',
          nodeId: 'done',
          item: null,
          attempt: 1,
          status: 'completed',
          startedAt: expect.stringMatching(/Z$/),
          finishedAt: expect.stringMatching(/Z$/),
          dueAt: null,
          input: expect.anything(),
          output: null,
          error: null,
          port: null,
        },
      ],
    });
  });

  test('a waiting run tells until when', async () => {
    const run = await waitForRun(api.one, await start(await waiting()), 'waiting');
    expect(run).toMatchObject({ finishedAt: null, dueAt: expect.any(String), steps: [{ status: 'waiting' }] });
  });

  test('lists go from the newest to the oldest, by workflow, status and client', async () => {
    const workflowId = await quick();
    const ids = [await start(workflowId), await start(workflowId, { clientId: 'only' }), await start(workflowId)];
    for (const id of ids) await waitForRun(api.one, id, 'completed');
    const list = async (query: string) => {
      const { body } = await api.one.get(`/api/v1/runs?workflowId=${workflowId}${query}`);
      return { ids: body.items.map((item: { id: string }) => item.id), nextCursor: body.nextCursor };
    };
    expect(await list('')).toEqual({ ids: ids.toReversed(), nextCursor: null });
    expect(await list('&status=completed&clientId=only')).toEqual({ ids: [ids[1]], nextCursor: null });
    expect(await list('&status=failed')).toEqual({ ids: [], nextCursor: null });
    const first = await list('&limit=2');
    expect(first.ids).toEqual([ids[2], ids[1]]);
    expect(await list(`&limit=2&cursor=${first.nextCursor}`)).toEqual({ ids: [ids[0]], nextCursor: null });
  });

  test.each(['status=done', 'limit=0', 'cursor=x', 'order=asc', 'clientId='])('?%s is refused', async (query) => {
    expect((await api.one.get(`/api/v1/runs?${query}`)).status).toBe(400);
  });

  test('an unknown workflow has no runs', async () => {
    for (const id of ['x', '01a1fbcd-379c-772e-bc1f-2225f813f602']) {
      expect((await api.one.get(`/api/v1/runs?workflowId=${id}`)).body).toEqual({ items: [], nextCursor: null });
    }
  });
});

describe('commands', () => {
  test('cancel ends a waiting run', async () => {
    const runId = await start(await waiting());
    await waitForRun(api.one, runId, 'waiting');
    expect(await command(runId, 'cancel', { reason: 'wrong client' })).toMatchObject({ status: 202, body: { runId } });
    await waitForRun(api.one, runId, 'cancelled');
  });

  test('pause parks a run, resume lets it go on', async () => {
    const runId = await start(await waiting());
    await waitForRun(api.one, runId, 'waiting');
    expect((await command(runId, 'pause')).status).toBe(202);
    expect((await waitForRun(api.one, runId, 'parked')).parked).toMatchObject({ code: expect.any(String) });
    expect((await command(runId, 'resume')).status).toBe(202);
    await waitForRun(api.one, runId, 'waiting');
  });

  test('retry goes on from the failed step', async () => {
    outside = () => {
      throw terminal('refused', 'The service said no.');
    };
    const runId = await start(await calling());
    const failed = await waitForRun(api.one, runId, 'failed');
    expect(failed.error).toMatchObject({ code: 'refused', nodeId: 'call' });
    outside = () => 'better';
    expect((await command(runId, 'retry')).status).toBe(202);
    const run = await waitForRun(api.one, runId, 'completed');
    expect(run.steps).toMatchObject([{ nodeId: 'call', status: 'completed', output: 'better' }]);
  });

  test('a person settles an unknown outcome', async () => {
    outside = () => {
      throw unknownOutcome('The answer was lost.');
    };
    const runId = await start(await calling({ repeatable: false }));
    await waitForRun(api.one, runId, 'parked');
    const outcome = { kind: 'succeeded', output: 'it arrived' };
    expect((await command(runId, 'resume', { outcome })).status).toBe(202);
    const run = await waitForRun(api.one, runId, 'completed');
    expect(run.steps).toMatchObject([{ status: 'completed', output: 'it arrived' }]);
  });

  test('replay starts a new run for the same event on the published version', async () => {
    const workflowId = await quick();
    const runId = await start(workflowId, { input: { a: 1 } });
    await waitForRun(api.one, runId, 'completed');
    await api.one.post(`/api/v1/workflows/${workflowId}/publish`);
    const { status, body } = await command(runId, 'replay');
    expect(status).toBe(202);
    expect(body.runId).not.toBe(runId);
    expect(await waitForRun(api.one, body.runId, 'completed')).toMatchObject({ version: 2, event: { data: { a: 1 } } });
  });

  test.each(['cancel', 'pause', 'resume', 'retry'])('%s makes no sense for a completed run', async (name) => {
    const runId = await start(await quick());
    await waitForRun(api.one, runId, 'completed');
    const answer = await command(runId, name);
    expect(answer).toMatchObject({ status: 409, body: { error: { code: 'run_conflict' } } });
    expect(answer.body.error.message).toMatch(/\w+ .*\.$/);
  });

  test.each([
    ['cancel', { why: 'x' }],
    ['cancel', { reason: '' }],
    ['cancel', []],
    ['resume', { outcome: { kind: 'maybe' } }],
    ['resume', { outcome: 'repeat' }],
    ['retry', { step: 'a' }],
    ['replay', { version: 1 }],
  ])('%s with the body %j is refused', async (name, body) => {
    const runId = await start(await waiting());
    expect((await command(runId, name, body)).status).toBe(400);
  });
});

describe('dead letters', () => {
  test('a failed run leaves one, and its replay goes on from there', async () => {
    outside = () => {
      throw terminal('refused', 'The service said no.');
    };
    const workflowId = await calling();
    const runId = await start(workflowId);
    await waitForRun(api.one, runId, 'failed');
    const find = async () => {
      const { body } = await api.one.get('/api/v1/dead-letters');
      return body.items.find((item: { runId: string }) => item.runId === runId);
    };
    const letter = await find();
    expect(letter).toEqual({
      id: expect.any(String),
      runId,
      workflowId,
      nodeId: 'call',
      code: 'refused',
      message: expect.stringContaining('The service said no.'),
      createdAt: expect.stringMatching(/Z$/),
    });
    const foreign = await api.two.post(`/api/v1/dead-letters/${letter.id}/replay`);
    expect(foreign).toMatchObject({ status: 404, body: { error: { code: 'dead_letter_not_found' } } });

    outside = () => 'ok';
    expect(await api.one.post(`/api/v1/dead-letters/${letter.id}/replay`)).toMatchObject({
      status: 202,
      body: { runId },
    });
    await waitForRun(api.one, runId, 'completed');
    expect(await find()).toBeUndefined();
    expect((await api.one.post(`/api/v1/dead-letters/${letter.id}/replay`)).status).toBe(404);
  });
});

describe('following, over a real socket', () => {
  type News = { readonly event: string; readonly id: string; readonly data: { status: string; nodeId?: string } };

  async function follow(
    runId: string,
    headers: Record<string, string> = {},
    until: (news: News) => boolean = () => false,
  ) {
    const stop = new AbortController();
    const answer = await fetch(`${api.url}/api/v1/runs/${runId}/events`, {
      headers: { authorization: `Bearer ${api.one.apiKey}`, ...headers },
      signal: stop.signal,
    });
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const all: News[] = [];
    let text = '';
    for await (const chunk of answer.body ?? []) {
      text += Buffer.from(chunk).toString();
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      all.push(...blocks.flatMap(readNews));
      if (all.some(until)) break;
    }
    stop.abort();
    return all;
  }

  function readNews(block: string): News[] {
    const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s)));
    return fields.data ? [{ event: fields.event, id: fields.id, data: JSON.parse(fields.data) }] : [];
  }

  test('a finished run gives its steps, then itself, then the end', async () => {
    const runId = await start(await quick());
    await waitForRun(api.one, runId, 'completed');
    const news = await follow(runId);
    expect(news).toMatchObject([
      { event: 'step', id: '1', data: { nodeId: 'done', status: 'completed' } },
      { event: 'run', data: { id: runId, status: 'completed' } },
    ]);
    expect(await follow(runId, { 'last-event-id': '1' })).toMatchObject([{ event: 'run' }]);
  });

  test('a run under way gives each step as it commits', async () => {
    const runId = await start(await waiting());
    const news = await follow(runId, {}, ({ data }) => data.status === 'waiting');
    expect(news.at(-1)).toMatchObject({ event: 'step', id: '0_0w1', data: { nodeId: 'wait', status: 'waiting' } });
    const rest = follow(runId, { 'last-event-id': news.at(-1)?.id ?? '' });
    await command(runId, 'cancel');
    expect((await rest).at(-1)).toMatchObject({ event: 'run', data: { status: 'cancelled' } });
    expect((await rest).some(({ data }) => data.status === 'waiting')).toBe(false);
  });

  test('an unknown run is an ordinary 404', async () => {
    const answer = await api.one.get('/api/v1/runs/01a1fbcd-379c-772e-bc1f-2225f813f602/events');
    expect(answer).toMatchObject({ status: 404, body: { error: { code: 'run_not_found' } } });
  });
});
