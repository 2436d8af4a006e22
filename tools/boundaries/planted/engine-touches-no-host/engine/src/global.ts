// breaks the rule
export const all = () => globalThis;
