/** Neutral facts of the feature. */
export const eventsFeature = { name: 'events', events: [] } as const;
