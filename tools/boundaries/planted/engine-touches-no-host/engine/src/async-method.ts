// breaks the rule
export const get = { async it() {} };
