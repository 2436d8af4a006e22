/** Every action there is. Written by `npm run generate`; change what it lists, not this file. */
import { createCodeRun } from './code/server/actions/code-run.ts';
import { dataMap } from './data/server/actions/data-map.ts';
import { dataParseCsv } from './data/server/actions/data-parse-csv.ts';
import { dataParseJson } from './data/server/actions/data-parse-json.ts';
import { dateFormat } from './data/server/actions/date-format.ts';
import { listAggregate } from './data/server/actions/list-aggregate.ts';
import { listFilter } from './data/server/actions/list-filter.ts';
import { listSort } from './data/server/actions/list-sort.ts';
import { textFormat } from './data/server/actions/text-format.ts';
import { createHttpRequest } from './http/server/actions/http-request.ts';
import { createWebhookSend } from './http/server/actions/webhook-send.ts';
import { logWrite } from './logs/server/actions/log-write.ts';
import { createEmailSend } from './messages/server/actions/email-send.ts';
import { createSmtpSend } from './messages/server/actions/smtp-send.ts';

/** What the actions need of their host, taken together. */
export type ActionDeps =
  Parameters<typeof createCodeRun>[0] &
  Parameters<typeof createHttpRequest>[0] &
  Parameters<typeof createWebhookSend>[0] &
  Parameters<typeof createEmailSend>[0] &
  Parameters<typeof createSmtpSend>[0];

export const createActions = (deps: ActionDeps) => [
  createCodeRun(deps),
  dataMap,
  dataParseCsv,
  dataParseJson,
  dateFormat,
  listAggregate,
  listFilter,
  listSort,
  textFormat,
  createHttpRequest(deps),
  createWebhookSend(deps),
  logWrite,
  createEmailSend(deps),
  createSmtpSend(deps),
] as const;
