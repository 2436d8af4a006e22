// breaks the rule
export const at = () => new Date();
