// breaks the rule
export const stray = 1;
