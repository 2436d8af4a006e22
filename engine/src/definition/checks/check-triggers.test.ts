import { describe, expect, test } from 'vitest';
import { HOOK, type Parts, problemsOf, type Row, sample, told, wanted } from '../testing/sample-problems.ts';

describe('triggers and settings', () => {
  const schedule = (fields: Parts) => ({ triggers: [{ id: 'tick', type: 'schedule', ...fields }], nodes: [] });
  const hook = (fields: Parts) => ({ triggers: [{ ...HOOK, ...fields }], nodes: [] });
  const settings = (fields: Parts) => sample({ nodes: [], settings: fields });
  test.each<Row>([
    ['neither cron nor every', schedule({}), 'invalid_value', '/triggers/0', 'tick', /has neither/],
    [
      'both cron and every',
      schedule({ cron: '0 9 * * *', every: 'P1D' }),
      'invalid_value',
      '/triggers/0',
      'tick',
      /has both/,
    ],
    [
      'a cron of six fields',
      schedule({ cron: '0 0 9 * * *' }),
      'invalid_value',
      '/triggers/0/cron',
      'tick',
      /has 6 fields/,
    ],
    [
      'a cron that never fires',
      schedule({ cron: '0 0 31 2 *' }),
      'invalid_value',
      '/triggers/0/cron',
      'tick',
      /never fires/,
    ],
    ['every nothing', schedule({ every: 'PT0S' }), 'invalid_value', '/triggers/0/every', 'tick', /every 0 seconds/],
    [
      'an unknown zone',
      schedule({ every: 'P1D', timezone: 'Europe/Berln' }),
      'invalid_value',
      '/triggers/0/timezone',
      'tick',
      /or org, not 'Europe\/Berln'/,
    ],
    [
      'a header that is none',
      hook({ verify: { type: 'hmac', header: 'X Signature' } }),
      'invalid_value',
      '/triggers/0/verify/header',
      'hook',
      /not 'X Signature'/,
    ],
    [
      'an answer within no time',
      hook({ respond: { type: 'result', timeout: 'PT0S' } }),
      'invalid_value',
      '/triggers/0/respond/timeout',
      'hook',
      /longer than PT0S/,
    ],
    [
      'a rate per no time',
      hook({ rateLimit: { limit: 1, per: 'P0D' } }),
      'invalid_value',
      '/triggers/0/rateLimit/per',
      'hook',
      /longer than P0D/,
    ],
    ['a debounce of no time', hook({ debounce: 'PT0S' }), 'invalid_value', '/triggers/0/debounce', 'hook', /longer/],
    [
      'a form field twice',
      { triggers: [{ id: 'm', type: 'manual', form: [{ name: 'x' }, { name: 'x' }] }], nodes: [] },
      'invalid_value',
      '/triggers/0/form/1/name',
      'm',
      /another field/,
    ],
    [
      'a choice of nothing',
      { triggers: [{ id: 'm', type: 'manual', form: [{ name: 'x', type: 'choice' }] }], nodes: [] },
      'invalid_value',
      '/triggers/0/form/0/options',
      'm',
      /needs options/,
    ],
    [
      'an unknown zone of the workflow',
      settings({ timezone: '+02:00' }),
      'invalid_value',
      '/settings/timezone',
      null,
      /or org or client, not '\+02:00'/,
    ],
    [
      'an unknown zone of quiet hours',
      settings({ quietHours: { from: '22:00', to: '07:00', timezone: 'client' } }),
      'invalid_value',
      '/settings/quietHours/timezone',
      null,
      /not 'client'/,
    ],
    ['a run of no length', settings({ maxDuration: 'PT0S' }), 'invalid_value', '/settings/maxDuration', null, /longer/],
  ])('%s', (...row) => {
    expect(told(row).filter((problem) => problem.code !== 'no_effect_yet')).toEqual(wanted(row, 'error'));
  });

  test.each([['UTC'], ['America/New_York'], ['org'], ['client']])('the zone %s is known', (timezone) => {
    expect(problemsOf(settings({ timezone }))).toEqual([]);
  });
});
