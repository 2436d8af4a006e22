/** Every route with what it takes, put together from Fastify's own table and the routes' own schemas. */
import type { HttpServer } from '../../../app/platform/http/http-server.ts';
import { listRoutes, nameOf, OPEN_ROUTES, type Route } from '../../../app/server/testing/list-routes.ts';

/** As much of JSON Schema as the API's description uses. */
export type Schema = {
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly properties?: { readonly [name: string]: Schema };
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
};

export type DescribedRoute = Route & {
  readonly name: string;
  /** Open to whoever knows the address. */
  readonly isOpen: boolean;
  readonly inPath: readonly string[];
  readonly inQuery: { readonly [name: string]: Schema };
  readonly body: Schema | undefined;
};

type Operation = {
  readonly parameters?: readonly { readonly in: string; readonly name: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content?: { readonly 'application/json'?: { readonly schema: Schema } } };
};

export function describeRoutes(server: HttpServer): readonly DescribedRoute[] {
  const { paths } = server.swagger() as unknown as { paths: Record<string, Record<string, Operation>> };
  return listRoutes(server).map((route) => {
    const { method, path } = route;
    const operation = paths[path]?.[method.toLowerCase()];
    const inQuery = operation?.parameters?.filter((parameter) => parameter.in === 'query') ?? [];
    return {
      ...route,
      name: nameOf(route),
      isOpen: OPEN_ROUTES.includes(nameOf(route)),
      inPath: [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name),
      inQuery: Object.fromEntries(inQuery.map(({ name, schema }) => [name, schema])),
      body: operation?.requestBody?.content?.['application/json']?.schema,
    };
  });
}
