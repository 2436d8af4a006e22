import { jsonSchemaTransform } from 'fastify-type-provider-zod';

/** zod describes what contains itself, which is `z.json()` alone, by a name that the document then lacks. */
const NAMELESS = /^#\/components\/schemas\/schema\d+$/;

/**
 * The JSON Schemas of a route for the API's description, with what its caller must be allowed to do as `x-permission`;
 * for `transform` of @fastify/swagger.
 */
export const describeSchemas: typeof jsonSchemaTransform = (route) => {
  const { schema, url } = jsonSchemaTransform(route);
  const { action } = (route.route.config ?? {}) as { readonly action?: string };
  const described = withoutNameless(schema) as typeof schema;
  return { schema: action === undefined ? described : { ...described, 'x-permission': action }, url };
};

function withoutNameless(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNameless);
  if (typeof value !== 'object' || value === null) return value;
  const { $ref, ...rest } = value as { readonly $ref?: unknown };
  if (typeof $ref === 'string' && NAMELESS.test($ref)) return { description: 'Any JSON', ...rest };
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutNameless(inner)]));
}
