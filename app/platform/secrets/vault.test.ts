import { describe, expect, it } from 'vitest';
import { SecretError } from './secret-error.ts';
import { createVault } from './vault.ts';

const vault = createVault(Buffer.alloc(32, 1));

describe('createVault', () => {
  it.each(['', 'hunter2', 'ünïcode 🦉', 'x'.repeat(100_000)])('opens what it sealed (%#)', (plain) => {
    const sealed = vault.seal(plain, 'org/a');
    expect(vault.open(sealed, 'org/a')).toBe(plain);
    if (plain.length > 3) expect(sealed).not.toContain(plain);
  });

  it('seals the same text differently each time', () => {
    expect(vault.seal('x', 'c')).not.toBe(vault.seal('x', 'c'));
  });

  it('does not open a value in the place of another', () => {
    expect(() => vault.open(vault.seal('x', 'org/a'), 'org/b')).toThrow(/belongs to another record/);
  });

  it('does not open a value that was changed in any byte', () => {
    const sealed = vault.seal('secret', 'c');
    const [format, id, encoded] = sealed.split('.') as [string, string, string];
    const bytes = Buffer.from(encoded, 'base64url');
    for (let index = 0; index < bytes.length; index++) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => vault.open(`${format}.${id}.${changed.toString('base64url')}`, 'c')).toThrow(SecretError);
    }
  });

  it.each(['', 'x', 'v1.', 'v1.abc', 'v1.abc.AAAA', 'v2.abc.AAAA', 'v1.a.b.c'])('refuses %j', (sealed) => {
    expect(() => vault.open(sealed, 'c')).toThrow(SecretError);
  });

  it('digests a text to the same bytes, which another key does not give', () => {
    expect(vault.digest('x')).toEqual(createVault(Buffer.alloc(32, 1)).digest('x'));
    expect(vault.digest('x')).toHaveLength(32);
    expect(vault.digest('x')).not.toEqual(vault.digest('y'));
    expect(vault.digest('x')).not.toEqual(createVault(Buffer.alloc(32, 2)).digest('x'));
  });

  it('says that the key is wrong, and what to do', () => {
    const sealed = createVault(Buffer.alloc(32, 2)).seal('x', 'c');
    expect(() => vault.open(sealed, 'c')).toThrow(/MAINSPRING_SECRET_KEY/);
  });
});
