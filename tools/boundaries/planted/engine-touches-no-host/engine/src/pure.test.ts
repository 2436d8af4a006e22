export const at = async () => Date.now();
