// breaks the rule
export const x = 1;
