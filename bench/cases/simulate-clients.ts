/** The time machine: eight months with five hundred clients, by the real engine and the real actions' dry runs. */
import { parseDefinition } from '@mainspring/engine/definition/parse.ts';
import { simulate } from '@mainspring/engine/simulate/simulate.ts';
import { createOfflineActions } from '../../app/server/offline-actions.ts';
import { journey, journeyAnswers, journeyClients } from '../journey.ts';
import type { Row } from '../report.ts';

const CLIENTS = 500;
const FROM = Date.parse('2026-01-02T09:00:00Z');
const UNTIL = Date.parse('2026-09-02T09:00:00Z');

export function simulateClients(): readonly Row[] {
  const parsed = parseDefinition(journey);
  if (!parsed.ok) throw new Error(`The journey does not parse: ${JSON.stringify(parsed.problems)}`);
  const { catalogue, dryPerform } = createOfflineActions();
  const begin = performance.now();
  const { ends } = simulate({
    definition: parsed.definition,
    catalogue,
    perform: dryPerform,
    clients: journeyClients(CLIENTS),
    answers: journeyAnswers,
    from: FROM,
    until: UNTIL,
  });
  const seconds = (performance.now() - begin) / 1000;
  const unfinished = ends.find((end) => end.status !== 'completed');
  if (unfinished) throw new Error(`A journey did not complete: ${JSON.stringify(unfinished)}`);
  const steps = ends.reduce((sum, end) => sum + end.steps, 0);
  const part = 'Time machine';
  return [
    {
      part,
      name: `${CLIENTS} clients × 8 months`,
      value: seconds,
      unit: 's',
      target: { is: 'at-most', value: 10 },
      note: `${steps.toLocaleString('en-GB')} steps, ${Math.round(steps / seconds).toLocaleString('en-GB')} a second`,
    },
  ];
}
