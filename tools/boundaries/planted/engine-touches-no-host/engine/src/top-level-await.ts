// breaks the rule
export const x = await 1;
