/** Neutral facts of the feature. */
export const runsFeature = { name: 'runs', events: [] } as const;
