/** Addresses of the runs feature. */
export const runPaths = {
  runs: () => '/api/v1/runs',
  run: (id: string) => `/api/v1/runs/${id}`,
  cancel: (id: string) => `/api/v1/runs/${id}/cancel`,
  pause: (id: string) => `/api/v1/runs/${id}/pause`,
  resume: (id: string) => `/api/v1/runs/${id}/resume`,
  retry: (id: string) => `/api/v1/runs/${id}/retry`,
  replay: (id: string) => `/api/v1/runs/${id}/replay`,
  events: (id: string) => `/api/v1/runs/${id}/events`,
  deadLetters: () => '/api/v1/dead-letters',
  replayDeadLetter: (id: string) => `/api/v1/dead-letters/${id}/replay`,
} as const;
