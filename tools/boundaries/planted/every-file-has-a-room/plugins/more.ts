// breaks the rule
export const more = 1;
