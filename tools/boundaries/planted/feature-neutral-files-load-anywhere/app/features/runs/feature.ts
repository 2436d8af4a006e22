export const id = 'runs';
