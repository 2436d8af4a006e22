/** A definition that names what is another organization's finds what a definition finds that names nothing. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../../app/platform/ids/id.ts';
import { createServerActions } from '../../../app/server/create-server-actions.ts';
import { startTestApi, type TestApi } from '../../../app/server/testing/start-test-api.ts';
import { waitForRun } from '../../../app/server/testing/wait-for-run.ts';
import type { Schema } from '../routes/describe-routes.ts';
import { sampleValue } from '../routes/sample-value.ts';
import { fillOrganization, type Things } from './fill-organization.ts';
import { findChanges } from './probe-routes.ts';
import { takeSnapshot } from './snapshot.ts';
import { UNLIMITED } from './unlimited.ts';

let api: TestApi;
let one: Things;
let types: readonly NodeType[];
beforeAll(async () => {
  api = await startTestApi({
    // Nothing of what is tried comes as far as the sandbox: code names no things.
    actions: (db, log, outside) => [
      ...createServerActions({}, { db, log, outside, sandbox: undefined as never }).values(),
    ],
    rateLimits: UNLIMITED,
  });
  one = await fillOrganization(api, api.one);
  types = (await api.two.get('/api/v1/node-types')).body.items;
});
afterAll(() => api.stop());

type NodeType = {
  readonly type: string;
  readonly kind: string;
  readonly inputSchema: Schema & { readonly required?: readonly string[] };
};

/** Words by which a definition could name something, and one that names nothing. */
const wordsOf = (things: Things) => ({
  foreign: [
    ...[things.workflow, things.connection, `of ${things.canary}`, things.run.waiting, things.message],
    ...[things.person.member, things.clientId, things.caller.organizationId, things.hookPath.split('/').at(-1) ?? ''],
  ],
  unknown: newId(),
});

/** Code names no things and has tests of its own; a stop ends the run before the other nodes are asked. */
const LEFT_OUT = ['code.run', 'flow.stop'];

/** Where text may stand. */
function places(): readonly { readonly type: NodeType; readonly field: string }[] {
  return types
    .filter(({ kind, type }) => kind !== 'trigger' && !LEFT_OUT.includes(type))
    .flatMap((type) =>
      Object.entries(type.inputSchema.properties ?? {})
        .filter(([, schema]) => !schema.enum && (schema.type ?? 'string') === 'string')
        .map(([field]) => ({ type, field })),
    );
}

const SAMPLES: { readonly [field: string]: unknown } = { to: 'a@example.com', url: 'http://127.0.0.1:9/', for: 'PT1S' };

function inputOf({ inputSchema }: NodeType, field: string, word: unknown) {
  const needed = (inputSchema.required ?? []).map((name) => [
    name,
    SAMPLES[name] ?? sampleValue(inputSchema.properties?.[name] ?? {}, name),
  ]);
  return { ...Object.fromEntries(needed), [field]: word };
}

/** A node for each word, written out and out of data; the last two name nothing. */
function definitionOf(type: NodeType, field: string, words: readonly string[]) {
  const nodes = words.flatMap((word, index) => [
    { id: `a${index}`, type: type.type, input: inputOf(type, field, word), onError: 'continue', timeout: 'PT5S' },
    {
      id: `b${index}`,
      type: type.type,
      input: inputOf(type, field, { $: `event.data.words[${index}]` }),
      onError: 'continue',
      timeout: 'PT5S',
    },
  ]);
  return {
    format: 'mainspring/workflow@1',
    name: `${type.type} ${field}`,
    triggers: [{ id: 'start', type: 'manual' }],
    nodes,
    edges: nodes.map(({ id }) => ({ from: 'start', to: id })),
  };
}

type Outcome = { readonly id: string; readonly text: string };

/** What became of each node: the problems of it, or its step. */
async function outcomesOf(definition: ReturnType<typeof definitionOf>, words: readonly string[]): Promise<Outcome[]> {
  const { body: made } = await api.two.post('/api/v1/workflows', { definition });
  const published = await api.two.post(`/api/v1/workflows/${made.id}/publish`);
  expect([200, 422]).toContain(published.status);
  const problems: { nodeId: string | null }[] = published.body.error?.problems ?? published.body.problems ?? [];
  if (published.status === 422) return definition.nodes.map(({ id }) => ({ id, text: textOf(problems, id) }));
  const started = await api.two.post(`/api/v1/workflows/${made.id}/execute`, { input: { words } });
  const run = await waitForRun(api.two, started.body.runId, 'completed', 'failed', 'waiting', 'parked');
  await api.two.post(`/api/v1/runs/${run.id}/cancel`);
  return definition.nodes.map(({ id }) => ({
    id,
    text: textOf([...problems, ...run.steps], id),
  }));
}

function textOf(all: readonly { readonly nodeId: string | null }[], id: string): string {
  const own = all.filter(({ nodeId }) => nodeId === id);
  return JSON.stringify(own).replaceAll(/"(id|startedAt|finishedAt|dueAt|messageId|path)":"[^"]*"/g, '');
}

/** Two texts are the same but for their own id and word. */
function plain(text: string, id: string, word: string): string {
  return text
    .replaceAll(new RegExp(`\\b${id}\\b`, 'g'), 'node')
    .replaceAll(/event\.data\.words\[\d+\]/g, 'the word')
    .replaceAll(word, 'word');
}

describe('in the input of a node', () => {
  test('finds the same as a word for nothing, shows nothing and changes nothing', async () => {
    const before = await takeSnapshot(api.db.engine, one.caller.organizationId);
    const { foreign, unknown } = wordsOf(one);
    const words = [...foreign, unknown];
    const last = words.length - 1;
    let compared = 0;
    for (const { type, field } of places()) {
      const outcomes = await outcomesOf(definitionOf(type, field, words), words);
      for (const kind of ['a', 'b']) {
        const usual = plain(outcomes.find(({ id }) => id === `${kind}${last}`)?.text ?? '', `${kind}${last}`, unknown);
        for (const [index, word] of foreign.entries()) {
          const id = `${kind}${index}`;
          const text = plain(outcomes.find((outcome) => outcome.id === id)?.text ?? '', id, word);
          const isId = /^[0-9a-f-]{36}$/.test(word);
          if (isId) expect([type.type, field, word, text]).toEqual([type.type, field, word, usual]);
          const shown = [one.canary, ...foreign].filter((secret) => !word.includes(secret) && text.includes(secret));
          expect([type.type, field, word, shown]).toEqual([type.type, field, word, []]);
          compared += 1;
        }
      }
    }
    expect(compared).toBeGreaterThan(500);
    expect(findChanges(before, await takeSnapshot(api.db.engine, one.caller.organizationId))).toEqual([]);
  }, 120_000);
});

test('a workflow of another organization is not called, by id or out of data', async () => {
  for (const workflow of [one.workflow, { $: 'event.data.id' }]) {
    const definition = {
      format: 'mainspring/workflow@1',
      name: 'Calls another',
      triggers: [{ id: 'start', type: 'manual' }],
      nodes: [{ id: 'call', type: 'flow.workflow', input: { workflow, wait: true }, timeout: 'PT5S' }],
      edges: [{ from: 'start', to: 'call' }],
    };
    const { body } = await api.two.post('/api/v1/workflows', { definition });
    const published = await api.two.post(`/api/v1/workflows/${body.id}/publish`);
    if (published.status === 422) continue;
    const { runId } = (await api.two.post(`/api/v1/workflows/${body.id}/execute`, { input: { id: one.workflow } }))
      .body;
    const run = await waitForRun(api.two, runId, 'failed');
    expect(run.steps[0]).toMatchObject({ nodeId: 'call', status: 'failed', output: null });
  }
  const { rows } = await api.db.engine.query('select count(*)::int as n from runs where workflow_id = $1', [
    one.workflow,
  ]);
  expect(rows).toEqual([{ n: 1 }]);
});

test('an event of one organization wakes and starts nothing of another', async () => {
  const before = await takeSnapshot(api.db.engine, one.caller.organizationId);
  for (const known of [{ type: 'thing.happened', key: one.canary }, { type: 'thing.answered' }]) {
    const answer = await api.two.post('/api/v1/events', { ...known, data: {}, clientId: one.clientId });
    expect(answer.body).toEqual({ eventId: expect.any(String), runIds: [], duplicate: false });
  }
  expect(findChanges(before, await takeSnapshot(api.db.engine, one.caller.organizationId))).toEqual([]);
});

test('a stream shows nothing of what others do meanwhile', async () => {
  const definition = {
    format: 'mainspring/workflow@1',
    name: 'Waits',
    triggers: [{ id: 'start', type: 'manual' }],
    nodes: [{ id: 'wait', type: 'flow.delay', input: { for: 'P1D' } }],
    edges: [{ from: 'start', to: 'wait' }],
  };
  const { body } = await api.two.post('/api/v1/workflows', { definition });
  await api.two.post(`/api/v1/workflows/${body.id}/publish`);
  const { runId } = (await api.two.post(`/api/v1/workflows/${body.id}/execute`)).body;
  await waitForRun(api.two, runId, 'waiting');
  const stream = await fetch(`${api.url}/api/v1/runs/${runId}/events`, {
    headers: { authorization: `Bearer ${api.two.apiKey}`, 'last-event-id': one.run.waiting },
  });
  const text = stream.text();
  await api.one.post('/api/v1/events', { type: 'thing.answered', data: { canary: one.canary } });
  await waitForRun(api.one, one.run.waiting, 'completed');
  await api.two.post(`/api/v1/runs/${runId}/cancel`);
  expect(await text).toContain('event: run');
  for (const secret of [one.canary, one.run.waiting, one.workflow]) expect(await text).not.toContain(secret);
});
