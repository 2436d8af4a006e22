/** Addresses of the connections feature. */
export const connectionPaths = {
  connections: () => '/api/v1/connections',
  connection: (id: string) => `/api/v1/connections/${id}`,
  test: (id: string) => `/api/v1/connections/${id}/test`,
} as const;
