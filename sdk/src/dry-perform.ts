/** What actions would do, asked of themselves: nothing outside the process is touched. */
import type { Json } from '@mainspring/engine/json.ts';
import type { ActionFailure } from '@mainspring/engine/run/event.ts';
import type { DryAnswer, DryPerform } from '@mainspring/engine/simulate/simulation.ts';
import type { z } from 'zod';
import type { Action } from './action.ts';
import { ActionError } from './failure.ts';

/**
 * For `simulate`: pure actions run as they are, others say by `dryRun` what they would do. Input is checked as in a
 * real run; what is wrong with it, or thrown, is a failure that no further attempt mends.
 */
export function createDryPerform(find: (type: string) => Action | undefined): DryPerform {
  return (type, input, { now }) => {
    const action = find(type);
    if (action === undefined) return failed('unknown_type', `There is no action "${type}".`);
    const parsed = action.input.safeParse(input);
    if (!parsed.success) {
      const { issues: found }: z.ZodError = parsed.error;
      const issues = found.map((issue) => `${issue.path.join('.') || 'input'}: ${issue.message}`);
      return failed('invalid_input', issues.join('; '));
    }
    try {
      return answer(action, parsed.data, now);
    } catch (error) {
      return { kind: 'failed', failure: failureOf(error) };
    }
  };
}

function answer(action: Action, input: unknown, now: number): DryAnswer {
  switch (action.effect) {
    case 'pure': {
      const output = (action.run(input, { now: new Date(now), log: () => {} }) ?? null) as Json;
      return { kind: 'done', output, summary: action.title };
    }
    case 'record':
    case 'external': {
      const { output, summary, detail } = action.dryRun(input);
      return { kind: 'done', output: (output ?? null) as Json, summary, ...(detail && { detail }) };
    }
  }
}

function failureOf(error: unknown): ActionFailure {
  if (!(error instanceof ActionError)) {
    return { kind: 'terminal', code: 'action_error', message: error instanceof Error ? error.message : String(error) };
  }
  const { kind, code, message, details } = error;
  return { kind, code, message, ...(details !== undefined && { details }) };
}

function failed(code: string, message: string): DryAnswer {
  return { kind: 'failed', failure: { kind: 'terminal', code, message } };
}
