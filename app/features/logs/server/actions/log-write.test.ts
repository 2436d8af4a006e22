import { describe, expect, it } from 'vitest';
import { logWrite } from './log-write.ts';

describe('log.write', () => {
  it.each([
    [{ message: 'hello' }, ['info', 'hello']],
    [{ message: 'careful', level: 'warn' }, ['warn', 'careful']],
  ])('writes %j', (input, expected) => {
    const lines: unknown[] = [];
    const log = (...line: unknown[]) => lines.push(line);
    expect(logWrite.run(logWrite.input.parse(input), { now: new Date(0), log })).toBeNull();
    expect(lines).toEqual([expected]);
  });

  it('refuses other levels', () => {
    expect(() => logWrite.input.parse({ message: 'x', level: 'shout' })).toThrow();
  });
});
