import type { HttpServer } from '../../../platform/http/http-server.ts';
import { nodeTypeList } from '../contract.ts';
import { cataloguePaths } from '../paths.ts';
import { type ActionDescription, listNodeTypes } from './list-node-types.ts';

/** `api` takes routes for callers with a key. */
export function registerCatalogue(
  api: HttpServer,
  { actions }: { readonly actions: Iterable<ActionDescription> },
): void {
  const items = listNodeTypes(actions);
  api.get(cataloguePaths.nodeTypes(), {
    config: { action: 'node_type.view' },
    schema: { tags: ['node types'], summary: 'Every trigger, flow node and action', response: { 200: nodeTypeList } },
    handler: async () => ({ items, nextCursor: null }),
  });
}
