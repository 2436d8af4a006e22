/** Neutral facts of the feature. */
export const workflowsFeature = { name: 'workflows', events: ['webhook.received'] } as const;
