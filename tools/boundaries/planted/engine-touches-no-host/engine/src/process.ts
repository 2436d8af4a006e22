// breaks the rule
export const home = () => process.env;
