import { isZone } from '../../schedule/zone.ts';
import type { JsonPath } from '../json-pointer.ts';
import type { Finding } from '../problem.ts';
import { shown } from '../sound-text.ts';

/** What is wrong with the name of a time zone; nothing where it is left out or one of the `others` allowed here. */
export function wrongZone(
  zone: string | undefined,
  path: JsonPath,
  code: 'invalid_value' | 'invalid_input',
  others: readonly string[] = [],
): readonly Finding[] {
  if (zone === undefined || others.includes(zone) || isZone(zone)) return [];
  const wanted = ['an IANA name such as Europe/Berlin', ...others].join(' or ');
  return [{ code, path, what: `must be ${wanted}, not ${shown(zone)}` }];
}
