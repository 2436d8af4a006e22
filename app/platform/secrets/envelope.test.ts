import { describe, expect, it } from 'vitest';
import { keyIdOf } from './cipher.ts';
import { type Envelope, openEnvelope, rewrapKey, sealEnvelope } from './envelope.ts';
import { createLocalMasterKeys } from './master-keys.ts';
import { SecretError } from './secret-error.ts';

const first = Buffer.alloc(32, 1);
const second = Buffer.alloc(32, 2);
const keys = createLocalMasterKeys([second, first]);
const seal = (plain: string, context = 'org/id/1') => sealEnvelope(keys, keyIdOf(first), plain, context);
const open = (envelope: Envelope, context = 'org/id/1') => openEnvelope(keys, envelope, context);

describe('an envelope', () => {
  it.each(['', 'hunter2', 'ünïcode 🦉', 'x'.repeat(100_000)])('opens to what was sealed (%#)', async (plain) => {
    const envelope = await seal(plain);
    expect(envelope.keyId).toBe(keyIdOf(first));
    expect(await open(envelope)).toBe(plain);
  });

  it('has a data key of its own each time', async () => {
    const [one, two] = [await seal('x'), await seal('x')];
    expect(one.dataKey).not.toEqual(two.dataKey);
    expect(one.sealed).not.toEqual(two.sealed);
    await expect(open({ ...one, dataKey: two.dataKey })).rejects.toThrow(SecretError);
    await expect(open({ ...one, sealed: two.sealed })).rejects.toThrow(SecretError);
  });

  it('opens in no other place and for no other version', async () => {
    const envelope = await seal('x', 'org/id/1');
    for (const context of ['org/other/1', 'foreign/id/1', 'org/id/2', '']) {
      await expect(open(envelope, context)).rejects.toThrow('belongs to another record');
    }
  });

  it('does not open cut short, at any length', async () => {
    const envelope = await seal('secret');
    for (const field of ['sealed', 'dataKey'] as const) {
      for (let length = 0; length < envelope[field].length; length++) {
        const cut = { ...envelope, [field]: envelope[field].subarray(0, length) };
        await expect(open(cut)).rejects.toThrow(SecretError);
      }
    }
  });

  it('does not open with any byte changed', async () => {
    const envelope = await seal('secret');
    for (const field of ['sealed', 'dataKey'] as const) {
      for (let index = 0; index < envelope[field].length; index++) {
        const changed = Buffer.from(envelope[field]);
        changed[index] = (changed[index] ?? 0) ^ 1;
        await expect(open({ ...envelope, [field]: changed })).rejects.toThrow(SecretError);
      }
    }
  });

  it('opens under a new master key once its data key is wrapped by it, and the secret stays as it is', async () => {
    const before = await seal('x');
    const after = { ...before, ...(await rewrapKey(keys, before, keyIdOf(second), 'org/id/1')) };
    expect(after.sealed).toBe(before.sealed);
    const onlySecond = createLocalMasterKeys([second]);
    expect(await openEnvelope(onlySecond, after, 'org/id/1')).toBe('x');
    await expect(openEnvelope(onlySecond, before, 'org/id/1')).rejects.toMatchObject({ code: 'wrong_master_key' });
    await expect(open({ ...after, keyId: before.keyId })).rejects.toThrow('changed');
  });

  it('is not rewrapped for another place', async () => {
    await expect(rewrapKey(keys, await seal('x'), keyIdOf(second), 'org/other/1')).rejects.toThrow(SecretError);
  });
});
