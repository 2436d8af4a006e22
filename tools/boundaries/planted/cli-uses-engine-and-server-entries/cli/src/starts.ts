export const start = () => import('@mainspring/app/server/start.ts');
