/** The workflow of throughput and latency: a webhook and three steps that ask nothing of other services. */
export const threeSteps = {
  format: 'mainspring/workflow@1',
  name: 'Greet a lead',
  triggers: [
    { id: 'hook', type: 'webhook' },
    { id: 'ask', type: 'webhook', respond: 'result' },
  ],
  nodes: [
    { id: 'score', type: 'data.map', input: { value: { $: 'event.data.body.score * 2' } } },
    { id: 'hot', type: 'flow.if', input: { condition: 'steps.score.output > 100' } },
    {
      id: 'greet',
      type: 'text.format',
      input: { text: 'Hi {{ event.data.body.firstName }}, your score is {{ steps.score.output }}' },
    },
  ],
  edges: [
    { from: 'hook', to: 'score' },
    { from: 'ask', to: 'score' },
    { from: 'score', to: 'hot' },
    { from: 'hot', port: 'true', to: 'greet' },
    { from: 'hot', port: 'false', to: 'greet' },
  ],
  settings: {},
};

export const STEPS_PER_RUN = 3;
