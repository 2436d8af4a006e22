import type { Finding } from '../problem.ts';
import type { Check } from './check-context.ts';

/** What the format knows and no part of the product acts on yet: said, so that nobody relies on it in silence. */
export const checkNotYet: Check = ({ definition: { triggers, settings } }) => [
  ...triggers.flatMap((trigger, index) =>
    trigger.type === 'date' ? [notYet(['triggers', index, 'type'], 'is date, and such triggers do not fire yet')] : [],
  ),
  ...(settings.quietHours ? [notYet(['settings', 'quietHours'], 'are not observed yet')] : []),
  ...(settings.notify ? [notYet(['settings', 'notify'], 'has no effect yet: nobody is told when a run ends')] : []),
  ...(settings.retention
    ? [notYet(['settings', 'retention'], 'has no effect yet: runs of all workflows are kept equally long')]
    : []),
];

function notYet(path: Finding['path'], what: string): Finding {
  return { code: 'no_effect_yet', path, what, severity: 'warning' };
}
