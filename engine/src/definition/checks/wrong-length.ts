import { isZero, parseDuration } from '../../schedule/duration.ts';
import type { JsonPath } from '../json-pointer.ts';
import type { Finding } from '../problem.ts';

/** A length of time that must be more than nothing. */
export function wrongLength(duration: string | undefined, path: JsonPath): readonly Finding[] {
  if (duration === undefined || !isZero(parseDuration(duration))) return [];
  return [{ code: 'invalid_value', path, what: `must be longer than ${duration}` }];
}
