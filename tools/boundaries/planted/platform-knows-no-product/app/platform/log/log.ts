export const log = (value: unknown) => value;
