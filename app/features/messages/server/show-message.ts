import type { MessageView } from '../contract.ts';
import type { Message } from './queries.ts';

export function showMessage(message: Message): MessageView {
  return {
    id: message.id,
    channel: message.channel,
    to: [...message.to],
    cc: [...message.cc],
    bcc: [...message.bcc],
    replyTo: message.replyTo,
    from: message.from,
    subject: message.subject,
    text: message.text,
    html: message.html,
    status: message.status,
    error: message.error,
    runId: message.runId,
    workflowId: message.workflowId,
    step: message.step,
    createdAt: message.createdAt.toISOString(),
    sentAt: message.sentAt?.toISOString() ?? null,
  };
}
