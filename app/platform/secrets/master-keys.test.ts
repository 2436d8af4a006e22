import { describe, expect, it } from 'vitest';
import { keyIdOf } from './cipher.ts';
import { assertKeyCheck, createLocalMasterKeys } from './master-keys.ts';

const first = Buffer.alloc(32, 1);
const second = Buffer.alloc(32, 2);
const dataKey = Buffer.alloc(32, 9);
const keys = createLocalMasterKeys([first]);
const both = createLocalMasterKeys([second, first]);

describe('createLocalMasterKeys', () => {
  it('unwraps what it wrapped, for the same place', async () => {
    const wrapped = await keys.wrap(keys.newestId, dataKey, 'a');
    expect(wrapped.includes(dataKey)).toBe(false);
    expect(await keys.unwrap(keys.newestId, wrapped, 'a')).toEqual(dataKey);
    await expect(keys.unwrap(keys.newestId, wrapped, 'b')).rejects.toThrow('belongs to another record');
  });

  it('unwraps with every key held, by its id', async () => {
    const wrapped = await keys.wrap(keyIdOf(first), dataKey, 'a');
    expect(both.newestId).toBe(keyIdOf(second));
    expect(await both.unwrap(keyIdOf(first), wrapped, 'a')).toEqual(dataKey);
    await expect(both.unwrap(keyIdOf(second), wrapped, 'a')).rejects.toThrow('changed');
  });

  it('names the key that is missing and what to do', async () => {
    const wrapped = await both.wrap(keyIdOf(second), dataKey, 'a');
    const refusal = { code: 'wrong_master_key', message: expect.stringMatching(/MAINSPRING_SECRET_KEY/) };
    await expect(keys.unwrap(keyIdOf(second), wrapped, 'a')).rejects.toMatchObject(refusal);
    await expect(keys.wrap(keyIdOf(second), dataKey, 'a')).rejects.toThrow(keyIdOf(second));
    expect(await keys.holds(keyIdOf(second))).toBe(false);
  });

  it('looks again for a key that came while it was in use', async () => {
    const file = [first];
    const reading = createLocalMasterKeys([first], async () => file);
    expect(await reading.holds(keyIdOf(second))).toBe(false);
    file.unshift(second);
    const wrapped = await both.wrap(keyIdOf(second), dataKey, 'a');
    expect(await reading.unwrap(keyIdOf(second), wrapped, 'a')).toEqual(dataKey);
    expect(reading.newestId).toBe(keyIdOf(first));
  });
});

describe('assertKeyCheck', () => {
  it('accepts the key that is active, alone or beside a newer one', async () => {
    const check = await keys.checkOf(keys.newestId);
    expect(check).not.toContain(first.toString('base64').slice(0, 20));
    await assertKeyCheck(check, createLocalMasterKeys([Buffer.from(first)]));
    await assertKeyCheck(check, both);
  });

  it.each([
    ['another key', async () => both.checkOf(keyIdOf(second))],
    ['a forged check under its own id', async () => `${keyIdOf(first)}.AAAA`],
    ['no check', async () => ''],
  ])('refuses %s', async (_, check) => {
    await expect(assertKeyCheck(await check(), keys)).rejects.toThrow('not the one this data was sealed with');
  });
});
