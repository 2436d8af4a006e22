import type { JsonObject } from '@mainspring/engine/json.ts';
import { z } from 'zod';
import type { ConnectionKind } from '../connection-kind.ts';

export const HTTP_KINDS = ['api_key', 'basic', 'bearer', 'custom'] as const;

const FORMAT = 'connection';

/**
 * The input of an action that names a connection, by id or name. Taken as it is written: data that comes in must not
 * choose whose access data is used, and publishing can tell whether the connection is there.
 */
export function connectionField(description: string, kinds: readonly ConnectionKind[]) {
  return z
    .string()
    .min(1)
    .max(200)
    .meta({ title: 'Connection', description, format: FORMAT, kinds: [...kinds], literal: true });
}

/** The inputs of an action that name connections, with the kinds that each takes. */
export function connectionFieldsOf(inputSchema: JsonObject): { readonly name: string; readonly kinds: string[] }[] {
  const { properties } = inputSchema as {
    properties?: Readonly<Record<string, { format?: string; kinds?: string[] }>>;
  };
  return Object.entries(properties ?? {}).flatMap(([name, { format, kinds = [] }]) =>
    format === FORMAT ? [{ name, kinds }] : [],
  );
}
