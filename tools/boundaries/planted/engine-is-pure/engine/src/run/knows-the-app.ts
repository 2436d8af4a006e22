// breaks the rule
export type Db = import('@mainspring/app/platform/db/db.ts').Db;
