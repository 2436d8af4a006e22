/** Addresses of the operations feature. */
export const operationPaths = { confirmRestore: () => '/api/v1/operations/confirm-restore' } as const;
