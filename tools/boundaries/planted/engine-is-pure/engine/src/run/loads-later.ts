// breaks the rule
export const load = () => import('@mainspring/sdk/action.ts');
