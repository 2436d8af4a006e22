import type { Finding } from '../problem.ts';
import type { Check } from './check-context.ts';

/** An action that reaches a service by a connection names one. */
export const checkConnections: Check = ({ definition, actions }) =>
  definition.nodes.flatMap((node, index): Finding[] => {
    if (node.disabled === true || actions.find(node.type)?.needsConnection !== true) return [];
    const given = node.input?.connection;
    if (given !== undefined && given !== null && given !== '') return [];
    const what = `is missing; ${node.type} works only with a connection, so choose one`;
    return [{ code: 'missing_connection', path: ['nodes', index, 'input', 'connection'], what }];
  });
