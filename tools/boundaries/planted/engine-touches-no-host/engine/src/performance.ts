// breaks the rule
export const at = () => performance.now();
