import type { Finding } from '../problem.ts';
import { nameTypesOfTrigger } from '../static-types.ts';
import type { Check } from './check-context.ts';
import { checkSource } from './check-source.ts';
import { wrongLength } from './wrong-length.ts';
import { wrongZone } from './wrong-zone.ts';

export const checkSettings: Check = ({ definition: { settings } }) => {
  const { timezone, quietHours, maxDuration, retention, rateLimit } = settings;
  const found: Finding[] = [
    ...wrongZone(timezone, ['settings', 'timezone'], 'invalid_value', ['org', 'client']),
    ...wrongZone(quietHours?.timezone, ['settings', 'quietHours', 'timezone'], 'invalid_value'),
    ...wrongLength(maxDuration, ['settings', 'maxDuration']),
    ...wrongLength(retention, ['settings', 'retention']),
    ...wrongLength(rateLimit?.per, ['settings', 'rateLimit', 'per']),
  ];
  if (rateLimit?.by === undefined) return found;
  const checked = checkSource('expression', rateLimit.by, nameTypesOfTrigger(null), ['settings', 'rateLimit', 'by']);
  return [...found, ...checked.findings];
};
