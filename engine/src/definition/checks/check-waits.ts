import type { Finding } from '../problem.ts';
import type { Check } from './check-context.ts';

/** A wait that nothing ends holds its run until maxDuration, or for ever. */
export const checkWaits: Check = ({ definition }) =>
  definition.nodes.flatMap((node, index): Finding[] => {
    if (node.type !== 'flow.wait_for_event' || node.disabled === true || node.input?.timeout !== undefined) return [];
    const what = 'has no timeout, so a run may wait for ever; give one such as "timeout": "P7D"';
    return [{ code: 'wait_without_timeout', path: ['nodes', index, 'input'], what, severity: 'warning' }];
  });
