// breaks the rule
export const x = () => fetch('http://10.0.0.1');
