// breaks the rule
export const get = async () => 1;
