import { describe, expect, it } from 'vitest';
import { AppError, errorTable } from './app-error.ts';

const errors = errorTable({
  thing_not_found: { status: 404, message: 'There is no such thing.' },
  bad_colour: { status: 400, message: (colour: string) => `"${colour}" is no colour; red and blue are.` },
});

describe('errorTable', () => {
  it('makes an error with the code, status and fixed message of its line', () => {
    const error = errors.thing_not_found();
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'thing_not_found', status: 404, message: 'There is no such thing.' });
  });

  it('builds the message from what was wrong and carries problems and the wait', () => {
    const problems = [{ path: '/colour', message: 'must be red or blue' }];
    const error = errors.bad_colour('green', { problems, retryAfterSeconds: 3 });
    expect(error).toMatchObject({ message: '"green" is no colour; red and blue are.', problems, retryAfterSeconds: 3 });
  });
});
