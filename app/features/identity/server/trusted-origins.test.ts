import { expect, test } from 'vitest';
import { trustedOrigins } from './trusted-origins.ts';

test.each([
  ['https://auto.example.com', ['https://auto.example.com']],
  ['https://auto.example.com/mainspring', ['https://auto.example.com']],
  ['https://auto.example.com:8443', ['https://auto.example.com:8443']],
  ['http://127.0.0.1:3000', ['http://localhost:3000', 'http://127.0.0.1:3000', 'http://[::1]:3000']],
  ['http://[::1]', ['http://localhost', 'http://127.0.0.1', 'http://[::1]']],
])('%s', (publicUrl, origins) => {
  expect(trustedOrigins(publicUrl)).toEqual(origins);
});
