import { expect, test } from 'vitest';
import { senderAddress } from './sender-address.ts';

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  // As Fastify has it once the connection is closed.
  [undefined, 'gone'],
])('%s is %s', (ip, address) => {
  expect(senderAddress({ ip } as never)).toBe(address);
});
