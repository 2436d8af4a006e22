/** Neutral facts of the feature. */
export const messagesFeature = { name: 'messages', events: [] } as const;
