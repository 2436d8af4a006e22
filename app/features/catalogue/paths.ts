/** Addresses of the catalogue feature. */
export const cataloguePaths = { nodeTypes: () => '/api/v1/node-types' } as const;
