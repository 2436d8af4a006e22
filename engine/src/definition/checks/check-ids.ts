import type { JsonPath } from '../json-pointer.ts';
import type { Finding } from '../problem.ts';
import type { Check } from './check-context.ts';

/** Every id stands once among triggers and nodes. */
export const checkIds: Check = ({ definition }) => {
  const first = new Map<string, string>();
  const found: Finding[] = [];
  const visit = (noun: string, list: 'triggers' | 'nodes', id: string, index: number) => {
    const path: JsonPath = [list, index, 'id'];
    const taken = first.get(id);
    if (taken === undefined) first.set(id, noun);
    else found.push({ code: 'duplicate_id', path, what: `'${id}' is the id of another ${taken}; each needs its own` });
  };
  for (const [index, { id }] of definition.triggers.entries()) visit('trigger', 'triggers', id, index);
  for (const [index, { id }] of definition.nodes.entries()) visit('node', 'nodes', id, index);
  return found;
};
