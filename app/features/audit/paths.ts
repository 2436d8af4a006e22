/** Addresses of the audit feature. */
export const auditPaths = { audit: () => '/api/v1/audit' } as const;
