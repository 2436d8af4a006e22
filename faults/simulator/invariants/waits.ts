import type { JsonObject } from '@mainspring/engine/json.ts';
import { changesIn } from '../database/server.ts';
import type { EventRow, EventWait } from '../database/tables.ts';
import type { CreateInvariant } from './invariant.ts';

/** Whatever comes after a wait began is offered to it, however the two cross. */
export const waits: CreateInvariant = ({ site, fail }) => {
  const { tables, server } = site;
  const offered = new Set<string>();
  return {
    onCommit: (commit) => {
      for (const { after } of changesIn(commit, tables.inbox)) {
        if (after?.message.kind !== 'event-received') continue;
        offered.add(`${after.run_id}/${after.message.step}/${site.postOf(after.message.event.data)}`);
      }
      const added = changesIn(commit, tables.waits).flatMap(({ after }) => after ?? []);
      const came = changesIn(commit, tables.events).flatMap(({ after }) => after ?? []);
      const check = (wait: EventWait, event: EventRow) => {
        const offer = `${wait.run_id}/${wait.step}/${site.postOf(event.data)}`;
        if (concerns(wait, event) && !offered.has(offer)) {
          fail(`${wait.run_id} waits at ${wait.step} since ${wait.since_ms} and was not offered ${event.id}`);
        }
      };
      if (added.length > 0)
        for (const event of server.committed(tables.events)) for (const wait of added) check(wait, event);
      if (came.length > 0)
        for (const wait of server.committed(tables.waits)) for (const event of came) check(wait, event);
    },
  };
};

export function concerns(wait: EventWait, event: EventRow): boolean {
  const isNamed = wait.event.endsWith('*') ? event.type.startsWith(wait.event.slice(0, -1)) : wait.event === event.type;
  const isMeant = wait.match === null || (event.data as JsonObject).run === wait.run_id;
  return isNamed && isMeant && event.received_ms >= wait.since_ms;
}
