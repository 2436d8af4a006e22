/**
 * Rings in a directed graph: each strongly connected group of more than one node, as a sorted list of its members.
 * Tarjan's algorithm (https://doi.org/10.1137/0201010), recursive; import chains are far from any stack limit.
 */
export function findCycles(graph: ReadonlyMap<string, Iterable<string>>): readonly (readonly string[])[] {
  const order = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const cycles: (readonly string[])[] = [];

  const visit = (node: string): number => {
    const index = order.size;
    let low = index;
    order.set(node, index);
    stack.push(node);
    onStack.add(node);
    for (const next of graph.get(node) ?? []) {
      if (!graph.has(next)) continue;
      if (!order.has(next)) low = Math.min(low, visit(next));
      else if (onStack.has(next)) low = Math.min(low, order.get(next) ?? low);
    }
    if (low === index) takeGroup(node);
    return low;
  };

  const takeGroup = (root: string): void => {
    const group = stack.splice(stack.indexOf(root));
    for (const member of group) onStack.delete(member);
    if (group.length > 1) cycles.push(group.sort());
  };

  for (const node of graph.keys()) {
    if (!order.has(node)) visit(node);
  }
  return cycles;
}
