/** A run that has more to do than this in one call of `advance` is due again at once, so that others get their turn. */
export const STEPS_PER_ADVANCE = 2000;
