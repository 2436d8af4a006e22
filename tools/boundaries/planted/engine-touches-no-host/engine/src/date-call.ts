// breaks the rule
export const at = () => Date();
