import { isJsonObject, type Json } from '../json.ts';
import { isZone } from '../schedule/zone.ts';

/**
 * The zone in which a run counts days: `settings.timezone` as an IANA name, `org` (also where it is not set) or
 * `client`, which falls back on the organization's where the client has no zone that exists.
 */
export function zoneOf(
  timezone: string | undefined,
  { client, org }: { readonly client: Json; readonly org: { readonly timezone: string } },
): string {
  if (timezone === undefined || timezone === 'org') return org.timezone;
  if (timezone !== 'client') return timezone;
  const own = isJsonObject(client) ? client.timezone : undefined;
  return typeof own === 'string' && isZone(own) ? own : org.timezone;
}
