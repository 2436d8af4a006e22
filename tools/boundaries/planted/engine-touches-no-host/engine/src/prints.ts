// breaks the rule
export const say = () => console.log('x');
