/** What people may ask of a run. The run's own inbox carries it, so it is never lost and never races a worker. */
import type { RunEvent } from '@mainspring/engine/run/event.ts';
import type { RunStatus } from '@mainspring/engine/run/run.ts';
import type { CommandAnswer, RecordCommand, RunCommand } from '../public.ts';
import type { CommandStatements, CommandStore } from './command-store.ts';

export async function commandRun(
  store: CommandStore,
  organizationId: string,
  runId: string,
  command: RunCommand,
  record?: RecordCommand,
): Promise<CommandAnswer> {
  return store.commanding(organizationId, async (statements) => {
    const { status, answer } = await obey(statements, runId, command);
    if (record === undefined || status === null || answer.kind !== 'done') return answer;
    if (statements.alongside === undefined) throw new Error('Commands cannot be recorded where these runs are kept.');
    await statements.alongside((tx) => record(tx, status));
    return answer;
  });
}

/** `status` is the one in which the command found the run. */
type Obeyed = { readonly status: RunStatus | null; readonly answer: CommandAnswer };

async function obey(statements: CommandStatements, runId: string, command: RunCommand): Promise<Obeyed> {
  const live = await statements.lockLive(runId);
  if (live !== undefined) return { status: live, answer: await commandLive(statements, runId, command, live) };
  const ended = await statements.findEnded(runId);
  if (ended === undefined) return { status: null, answer: { kind: 'not-found' } };
  const answer = await commandEnded(statements, runId, command, ended);
  // Somebody else was faster: the run is alive, or has ended once more.
  return answer === 'gone' ? obey(statements, runId, command) : { status: ended, answer };
}

async function commandLive(
  statements: CommandStatements,
  runId: string,
  command: RunCommand,
  status: RunStatus,
): Promise<CommandAnswer> {
  const refusal = refuseLive(command, status);
  if (refusal !== null) return { kind: 'conflict', status, message: refusal };
  await statements.send(runId, eventOf(command));
  await statements.resolveLetters(runId);
  return { kind: 'done' };
}

function refuseLive(command: RunCommand, status: RunStatus): string | null {
  switch (command.kind) {
    case 'cancel':
      return null;
    case 'pause':
      return status === 'parked' ? 'The run is parked already.' : null;
    case 'resume':
      return status === 'parked' ? null : `The run is ${status}; only a parked run can be resumed.`;
    case 'retry':
      return `The run is ${status}; only a failed or cancelled run can be retried. Cancel it first, or resume it where it is parked.`;
  }
}

async function commandEnded(
  statements: CommandStatements,
  runId: string,
  command: RunCommand,
  status: RunStatus,
): Promise<CommandAnswer | 'gone'> {
  if (command.kind !== 'retry') {
    return { kind: 'conflict', status, message: `The run is ${status}; it can no longer be changed.` };
  }
  if (status === 'completed') {
    return { kind: 'conflict', status, message: 'The run completed. Use replay to run the same event again.' };
  }
  if (!(await statements.revive(runId, eventOf(command)))) return 'gone';
  await statements.resolveLetters(runId);
  return { kind: 'done' };
}

function eventOf(command: RunCommand): RunEvent {
  switch (command.kind) {
    case 'cancel':
      return { kind: 'cancel-requested', ...(command.reason !== undefined && { reason: command.reason }) };
    case 'pause':
      return { kind: 'pause-requested', ...(command.reason !== undefined && { reason: command.reason }) };
    case 'resume':
      return { kind: 'resume-requested', ...(command.outcome && { outcome: command.outcome }) };
    case 'retry':
      return { kind: 'retry-requested' };
  }
}
