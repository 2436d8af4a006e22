/** For tests of the checks: definitions drawn in few words, and tables of what is wrong with them. */
import type { Json } from '../../json.ts';
import { validateDefinition } from '../validate.ts';
import { definitionOf, sampleCatalogue } from './sample-definition.ts';

export type Parts = { readonly [key: string]: Json };

export const START = { id: 'start', type: 'event', event: 'client.created' };
export const HOOK = { id: 'hook', type: 'webhook' };
export const JOIN = (id: string) => ({ id, type: 'flow.join' });
export const IF = (id: string, condition = 'true') => ({ id, type: 'flow.if', input: { condition } });
export const SMS = (id: string, more: Parts = {}) => ({
  id,
  type: 'sms.send',
  input: { to: '1', body: 'hi' },
  ...more,
});
export const LOOP = (id: string, input: Parts = { items: [1, 2] }) => ({ id, type: 'flow.loop', input });
export const SET = (id: string, vars: Parts) => ({ id, type: 'flow.set', input: { vars } });
export const DELAY = (id: string, length: Json) => ({ id, type: 'flow.delay', input: { for: length } });

/** `start>a a:true>b` */
export function edges(text: string): Json {
  return text.split(' ').map((edge) => {
    const [source = '', to = ''] = edge.split('>');
    const [from = '', port] = source.split(':');
    return { from, to, ...(port !== undefined && { port }) };
  });
}

/** A chain from the trigger through all nodes, unless edges are given. */
export function sample(parts: Parts & { readonly nodes: readonly Parts[] }): Parts {
  const ids = ['start', ...parts.nodes.map((node) => String(node.id))];
  const chain = ids.slice(1).map((id, index) => `${ids[index]}>${id}`);
  return { triggers: [START], ...(chain.length > 0 && { edges: edges(chain.join(' ')) }), ...parts };
}

export function problemsOf(parts: Parts) {
  return validateDefinition(definitionOf(parts), { actions: sampleCatalogue });
}

/** What is wrong, a definition with it, and the only problem that it has. */
export type Row = [what: string, parts: Parts, code: string, path: string, nodeId: string | null, message: RegExp];

/** The problems of the row's definition; a message that fits the row's pattern is shown as the pattern. */
export function told([, parts, , , , pattern]: Row) {
  return problemsOf(parts).map((one) => ({ ...one, message: pattern.test(one.message) ? pattern : one.message }));
}

export function wanted([, , code, path, nodeId, message]: Row, severity: 'error' | 'warning') {
  return [{ code, path, nodeId, message, severity }];
}
