/** Who makes a change. `system`: the server by itself, at its first start for example. */
export type Actor = { readonly kind: 'api_key'; readonly id: string } | { readonly kind: 'system' };
