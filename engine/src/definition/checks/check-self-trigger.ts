import { listenedEvent, matchesEventName } from '../event-type.ts';
import type { Finding } from '../problem.ts';
import type { Check } from './check-context.ts';

/** A workflow whose own actions cause the event that starts it may run in a ring. */
export const checkSelfTrigger: Check = ({ definition, actions }) =>
  definition.nodes.flatMap((node, index): Finding[] => {
    const emits = node.disabled === true ? undefined : actions.find(node.type)?.emits;
    if (emits === undefined) return [];
    const started = definition.triggers.filter((trigger) => matchesEventName(listenedEvent(trigger) ?? '', emits));
    return started.map((trigger) => ({
      code: 'self_trigger',
      path: ['nodes', index],
      what: `causes the event ${emits}, which starts this workflow again by trigger '${trigger.id}'`,
      hint: " Narrow the trigger with 'where', or make sure that the ring ends.",
      severity: 'warning',
    }));
  });
