/** Addresses of the workflows feature. */
export const workflowPaths = {
  workflows: () => '/api/v1/workflows',
  workflow: (id: string) => `/api/v1/workflows/${id}`,
  publish: (id: string) => `/api/v1/workflows/${id}/publish`,
  versions: (id: string) => `/api/v1/workflows/${id}/versions`,
  version: (id: string, version: number | string) => `/api/v1/workflows/${id}/versions/${version}`,
  execute: (id: string) => `/api/v1/workflows/${id}/execute`,
  simulate: (id: string) => `/api/v1/workflows/${id}/simulate`,
  rotateSecret: (id: string, triggerId: string) => `/api/v1/workflows/${id}/triggers/${triggerId}/rotate-secret`,
  validate: () => '/api/v1/workflows/validate',
  hook: (token: string) => `/hooks/${token}`,
} as const;
