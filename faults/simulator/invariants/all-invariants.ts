import { acceptedEvents } from './accepted-events.ts';
import { calls } from './calls.ts';
import { children } from './children.ts';
import { commands } from './commands.ts';
import { ends } from './ends.ts';
import { holding } from './holding.ts';
import type { CreateInvariant } from './invariant.ts';
import { onePlace } from './one-place.ts';
import { order } from './order.ts';
import { records } from './records.ts';
import { stepsOnce } from './steps-once.ts';
import { waits } from './waits.ts';

export const allInvariants: Readonly<Record<string, CreateInvariant>> = {
  holding,
  'one place': onePlace,
  'steps once': stepsOnce,
  calls,
  records,
  'accepted events': acceptedEvents,
  order,
  waits,
  children,
  commands,
  ends,
};
