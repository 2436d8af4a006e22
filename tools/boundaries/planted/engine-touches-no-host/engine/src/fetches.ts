// breaks the rule
export const get = () => fetch('http://localhost');
