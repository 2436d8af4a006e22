/**
 * Eight months with a coaching client: a welcome, then each week a check-in that is waited for, praise or a nudge by
 * what came back, and every fourth week a review. About 35 weeks and some 300 steps for each client.
 */
import type { Answers } from '@mainspring/engine/simulate/answer.ts';

const SERVICE = 'https://messages.example.com';

const text = (id: string, body: string) => ({
  id,
  type: 'http.request',
  input: { method: 'POST', url: `${SERVICE}/texts`, body: { to: { $: 'client.phone' }, body } },
  onError: 'continue',
});

export const journey = {
  format: 'mainspring/workflow@1',
  name: 'Eight months of coaching',
  triggers: [{ id: 'begin', type: 'manual' }],
  nodes: [
    text('welcome', 'Hi {{ client.firstName }}, good to have you with us. Your first week begins on Monday.'),
    { id: 'monday', type: 'flow.delay', input: { for: 'P3D' } },
    { id: 'weeks', type: 'flow.loop', input: { while: 'index < 34', maxIterations: 40 } },
    text(
      'check_in',
      'Week {{ index | plus: 1 }}: how did your training go, {{ client.firstName }}? Score it from 1 to 10.',
    ),
    {
      id: 'answer',
      type: 'flow.wait_for_event',
      input: { event: 'text.received', where: "event.data.kind == 'check-in'", timeout: 'P2D' },
    },
    {
      id: 'score',
      type: 'data.map',
      input: { value: { week: { $: 'index' }, score: { $: 'steps.answer.output.data.score' } } },
    },
    { id: 'good', type: 'flow.if', input: { condition: 'steps.score.output.score >= 6' } },
    text('praise', 'A {{ steps.score.output.score }}! Well done. Same again this week.'),
    text('nudge', 'No worries, {{ client.firstName }}. Shall we talk on {{ now | date: "%A" }}?'),
    { id: 'fourth', type: 'flow.if', input: { condition: 'index % 4 == 3' } },
    {
      id: 'review',
      type: 'text.format',
      input: { text: 'Review of {{ client.firstName }}, week {{ index | plus: 1 }} of 34' },
    },
    { id: 'rest_of_week', type: 'flow.delay', input: { for: 'P6DT19H' } },
    text('farewell', 'Eight months, {{ client.firstName }}. We are proud of you.'),
  ],
  edges: [
    { from: 'begin', to: 'welcome' },
    { from: 'welcome', to: 'monday' },
    { from: 'monday', to: 'weeks' },
    { from: 'weeks', port: 'each', to: 'check_in' },
    { from: 'check_in', to: 'answer' },
    { from: 'answer', port: 'received', to: 'score' },
    { from: 'answer', port: 'timeout', to: 'nudge' },
    { from: 'score', to: 'good' },
    { from: 'good', port: 'true', to: 'praise' },
    { from: 'good', port: 'false', to: 'nudge' },
    { from: 'praise', to: 'fourth' },
    { from: 'nudge', to: 'fourth' },
    { from: 'fourth', port: 'true', to: 'review' },
    { from: 'fourth', port: 'false', to: 'rest_of_week' },
    { from: 'review', to: 'rest_of_week' },
    { from: 'weeks', port: 'done', to: 'farewell' },
  ],
  settings: { subject: 'client', timezone: 'Europe/London', maxDuration: 'P2Y', onError: 'stop' },
};

/** Every week an answer after five hours; the scores run through all of 1 to 10. */
export const journeyAnswers: Answers = {
  answer: Array.from({ length: 34 }, (_, week) => ({
    kind: 'event' as const,
    data: { kind: 'check-in', score: ((week * 7) % 10) + 1 },
    after: 'PT5H',
  })),
};

export const journeyClients = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    id: `client-${n}`,
    firstName: `Client ${n}`,
    phone: `+44 20 7946 ${String(n).padStart(4, '0')}`,
  }));
