// breaks the rule
export const dice = () => Math.random();
