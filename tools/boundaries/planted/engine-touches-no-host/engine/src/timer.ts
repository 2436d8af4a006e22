// breaks the rule
export const later = (f: () => void) => setTimeout(f, 1);
