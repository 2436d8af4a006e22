/** Who makes a change. `member`: by the id of the person. `system`: the server by itself, at its first start for example. */
export type Actor =
  | { readonly kind: 'api_key'; readonly id: string }
  | { readonly kind: 'member'; readonly id: string }
  | { readonly kind: 'system' };

/** As the audit log stores it. */
export function actorIdOf(actor: Actor): string | null {
  switch (actor.kind) {
    case 'api_key':
    case 'member':
      return actor.id;
    case 'system':
      return null;
  }
}
