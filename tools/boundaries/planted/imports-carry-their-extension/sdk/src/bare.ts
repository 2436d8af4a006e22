// breaks the rule
export type B = import('@mainspring/engine/b').B;
