import { expect, onTestFinished, test } from 'vitest';
import { startServices } from './services.ts';

test('the services answer over HTTP and remember what came in', async () => {
  const services = await startServices(0);
  onTestFinished(services.close);
  const post = (path: string) => fetch(`${services.url}${path}`, { method: 'POST', body: '{"to":"+15550100142"}' });

  const sent = await post('/sms');
  expect([sent.status, await sent.json()]).toEqual([201, { id: 'sms_1' }]);
  expect((await post('/contracts')).status).toBe(422);
  const found = await fetch(`${services.url}/leads?birthday=03-01`);
  expect(((await found.json()) as { items: unknown[] }).items).toHaveLength(3);
  expect(services.calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'POST /sms',
    'POST /contracts',
    'GET /leads?birthday=03-01',
  ]);
  expect(services.calls[0]?.body).toBe('{"to":"+15550100142"}');
});
