import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../json.ts';
import { flowInputSchemas } from './flow-input.ts';
import { flowNodes, InvalidFlowInput, parseFlowInput, portsOf } from './flow-nodes.ts';

const node = (type: string, input: JsonObject = {}, more: object = {}) => ({ id: 'n', type, input, ...more });

describe('ports', () => {
  test.each<[string, JsonObject, string[]]>([
    ['flow.if', {}, ['true', 'false']],
    ['flow.switch', { cases: [{ name: 'gold' }, { name: 'basic' }] }, ['gold', 'basic', 'default']],
    ['flow.switch', { cases: 'oops' }, ['default']],
    ['flow.switch', { cases: [null, 5, { name: 7 }, { name: 'ok' }] }, ['ok', 'default']],
    ['flow.filter', {}, ['next']],
    ['flow.loop', {}, ['each', 'done']],
    ['flow.split', { branches: [{ name: 'a', weight: 1 }, { name: 'b' }] }, ['a', 'b']],
    ['flow.join', {}, ['next']],
    ['flow.delay', {}, ['next']],
    ['flow.wait_until', {}, ['next']],
    ['flow.wait_for_event', {}, ['received', 'timeout']],
    ['flow.workflow', {}, ['next']],
    ['flow.set', {}, ['next']],
    ['flow.stop', {}, []],
    ['http.request', {}, ['next']],
  ])('%s with input %j is left by %j', (type, input, ports) => {
    expect(portsOf(node(type, input))).toEqual(ports);
    expect(portsOf(node(type, input, { onError: 'branch' }))).toEqual([...ports, 'error']);
  });
});

describe('inputs', () => {
  const row = { field: 'client.stage', operator: 'equals', value: 'lead' };
  test.each<[string, JsonObject]>([
    ['flow.if', { condition: 'true' }],
    ['flow.if', { all: [row] }],
    ['flow.filter', { any: [row, { field: 'client.email', operator: 'exists' }] }],
    ['flow.switch', { value: { $: 'event.data.plan' }, cases: [{ name: 'gold', equals: 'gold' }] }],
    ['flow.switch', { cases: [{ name: 'old', condition: 'client.age > 60' }] }],
    ['flow.switch', { value: null, cases: [{ name: 'none', equals: null }] }],
    ['flow.loop', { items: [1, 2, 3], concurrency: 100 }],
    ['flow.loop', { while: 'index < 3', collect: { $: 'index' } }],
    [
      'flow.split',
      {
        branches: [
          { name: 'a', weight: 0 },
          { name: 'b', weight: 2.5 },
        ],
      },
    ],
    ['flow.delay', { for: { $: 'event.data.wait' } }],
    ['flow.wait_until', { at: '2026-12-24T09:00' }],
    ['flow.wait_until', { businessHours: { from: '09:00', to: '17:00' }, ifPast: 'skip' }],
    ['flow.wait_for_event', { event: 'sms.*' }],
    ['flow.workflow', { workflow: 'wf_1', input: { a: { $: 'item' } }, wait: true }],
    ['flow.set', { vars: { total: { $: 'vars.total + 1' }, firstName: '{{ client.name }}' } }],
    ['flow.stop', { status: 'failed', message: 'No phone', output: { ok: false } }],
  ])('%s takes %j', (type, input) => {
    expect(parseFlowInput(node(type, input)).type).toBe(type);
  });

  test.each<[string, JsonObject]>([
    ['flow.if', {}],
    ['flow.if', { condition: 'true', all: [row] }],
    ['flow.if', { all: [] }],
    ['flow.if', { all: [{ field: 'a', operator: 'equals' }] }],
    ['flow.if', { all: [{ field: 'a', operator: 'is', value: 1 }] }],
    ['flow.switch', { value: 1, cases: [] }],
    ['flow.switch', { value: 1, cases: [{ name: 'a' }] }],
    ['flow.switch', { cases: [{ name: 'a', equals: 1 }] }],
    ['flow.switch', { value: 1, cases: [{ name: 'default', equals: 1 }] }],
    [
      'flow.switch',
      {
        value: 1,
        cases: [
          { name: 'a', equals: 1 },
          { name: 'a', equals: 2 },
        ],
      },
    ],
    ['flow.loop', {}],
    ['flow.loop', { items: [], while: 'true' }],
    ['flow.loop', { items: 'event.data.rows' }],
    ['flow.loop', { items: [1], concurrency: 101 }],
    ['flow.loop', { items: [1], maxIterations: 0 }],
    ['flow.split', { branches: [{ name: 'a', weight: 0 }] }],
    ['flow.split', { branches: [{ name: 'error', weight: 1 }] }],
    ['flow.join', { mode: 'first' }],
    ['flow.delay', {}],
    ['flow.delay', { for: '2 hours' }],
    ['flow.wait_until', {}],
    ['flow.wait_until', { at: 'x', businessHours: { from: '09:00', to: '17:00' } }],
    ['flow.wait_for_event', { timeout: 'PT1H' }],
    ['flow.workflow', {}],
    ['flow.set', { vars: { 'a-b': 1 } }],
    ['flow.stop', { status: 'cancelled' }],
    ['http.request', {}],
  ])('%s refuses %j', (type, input) => {
    expect(() => parseFlowInput(node(type, input))).toThrow(InvalidFlowInput);
  });

  test('defaults are filled in', () => {
    expect(parseFlowInput(node('flow.loop', { items: [] })).input).toMatchObject({
      maxIterations: 1000,
      concurrency: 1,
    });
    expect(parseFlowInput(node('flow.join')).input).toEqual({ mode: 'all' });
    expect(parseFlowInput(node('flow.stop')).input).toEqual({ status: 'completed' });
  });
});

describe('the catalogue', () => {
  test('describes every flow type that has an input', () => {
    expect(Object.keys(flowNodes)).toEqual(Object.keys(flowInputSchemas));
  });

  test.each(Object.values(flowNodes))('says of $type what it takes, with a title for every field', (facts) => {
    expect(facts.category).toBe('flow');
    const { properties } = facts.inputSchema as { properties: { [key: string]: JsonObject } };
    for (const property of Object.values(properties)) expect(property).toHaveProperty('title');
  });

  test('marks conditions as expressions that say yes or no', () => {
    expect(flowNodes['flow.if'].inputSchema).toMatchObject({
      properties: { condition: { type: 'string', format: 'expression', yields: 'boolean' } },
    });
  });
});
