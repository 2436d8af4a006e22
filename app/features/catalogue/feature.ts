/** Neutral facts of the feature. */
export const catalogueFeature = { name: 'catalogue', events: [] } as const;
