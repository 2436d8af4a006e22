// breaks the rule
export async function get() {}
