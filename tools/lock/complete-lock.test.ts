import { expect, test } from 'vitest';
import { completeLock } from './complete-lock.ts';

const lock = (packages: object): string => `${JSON.stringify({ lockfileVersion: 3, packages }, null, 2)}\n`;
const added = (name: string, version: string, rest: object = {}): object => {
  const text = lock({ 'node_modules/tool': { version: '1.0.0', optionalDependencies: { [name]: version }, ...rest } });
  const { packages } = JSON.parse(completeLock(text)) as { packages: { [path: string]: object } };
  return packages[`node_modules/${name}`] ?? {};
};

test.each([
  ['@tool/cli-darwin-arm64', { os: ['darwin'], cpu: ['arm64'] }],
  ['@tool/windows-x64', { os: ['win32'], cpu: ['x64'] }],
  ['tool-linux-x64-musl', { os: ['linux'], cpu: ['x64'], libc: ['musl'] }],
  ['tool-linux-arm-gnueabihf', { os: ['linux'], cpu: ['arm'], libc: ['glibc'] }],
  ['tool-android-arm-eabi', { os: ['android'], cpu: ['arm'] }],
  ['tool-wasm32-wasi', { cpu: ['wasm32'] }],
])('%s is entered for its platform', (name, platform) => {
  expect(added(name, '1.2.3')).toEqual({ version: '1.2.3', optional: true, ...platform });
});

test('an entry is for development where its parent is', () => {
  expect(added('tool-linux-x64', '1.2.3', { dev: true })).toMatchObject({ dev: true });
});

test.each([
  ['a range', 'tool-linux-x64', '^1.2.3'],
  ['a name without a platform', 'fsevents', '2.3.3'],
])('%s is left to npm', (_name, dependency, version) => {
  expect(added(dependency, version)).toEqual({});
});

test('a lock that lacks nothing stays as it is, to the letter', () => {
  const parent = { version: '1.0.0', optionalDependencies: { 'tool-linux-x64': '1.0.0' } };
  const text = lock({ 'node_modules/tool': parent, 'node_modules/tool-linux-x64': { version: '1.0.0' } });
  expect(completeLock(text)).toBe(text);
  const nested = lock({ 'node_modules/tool': parent, 'node_modules/tool/node_modules/tool-linux-x64': {} });
  expect(completeLock(nested)).toBe(nested);
});
