// breaks the rule
export const all = () => ({ process });
