import { createOfflineActions } from '@mainspring/app/server/offline-actions.ts';
import type { WorkflowDefinition } from '@mainspring/engine/definition/format.ts';
import { isJsonObject } from '@mainspring/engine/json.ts';
import { type Answers, answersSchema } from '@mainspring/engine/simulate/answer.ts';
import { simulate } from '@mainspring/engine/simulate/simulate.ts';
import { Command } from 'commander';
import { CommandFailure } from '../command-failure.ts';
import { printTimeline } from '../print-timeline.ts';
import { readJsonFile } from '../read-json-file.ts';
import { readSoundDefinition } from '../read-sound-definition.ts';
import type { Terminal } from '../terminal.ts';

type Options = { readonly input?: string; readonly from?: string; readonly until?: string; readonly answers?: string };

/** `simulate FILE`: what would happen, by the real engine on a virtual clock; exits 1 where the run would not complete. */
export function simulateCommand(terminal: Terminal): Command {
  return new Command('simulate')
    .description('play a workflow definition on a virtual clock; nothing is sent or stored')
    .argument('<file>', 'a definition of the format mainspring/workflow@1')
    .option('--input <file>', 'JSON that the run sees as event.data')
    .option('--from <time>', 'when it starts, ISO 8601; default: now')
    .option('--until <time>', 'when to stop looking, ISO 8601; default: a year later')
    .option(
      '--answers <file>',
      'what nodes answer: { "node": { "output": ... } | { "error": ... } | { "event": ... } }',
    )
    .action(async (file: string, options: Options) => {
      const definition = await readSoundDefinition(file, terminal);
      const { catalogue, dryPerform } = createOfflineActions();
      const result = simulate({
        definition,
        catalogue,
        perform: dryPerform,
        ...readSpan(options),
        ...(options.input !== undefined && { event: { data: await readJsonFile(options.input) } }),
        ...(options.answers !== undefined && { answers: await readAnswers(options.answers, definition) }),
      });
      printTimeline(result, terminal);
      if (result.ends.some((end) => end.status !== 'completed')) throw new CommandFailure('the run would not complete');
    });
}

function readSpan({ from, until }: Options): { readonly from: number; readonly until?: number } {
  const start = from === undefined ? Date.now() : readTime('--from', from);
  if (until === undefined) return { from: start };
  const end = readTime('--until', until);
  if (end < start) throw new CommandFailure(`--until must not be before the start, ${new Date(start).toISOString()}`);
  return { from: start, until: end };
}

function readTime(option: string, text: string): number {
  const isIso = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text);
  const time = Date.parse(text);
  if (isIso && !Number.isNaN(time)) return time;
  throw new CommandFailure(`${option} must be a time such as 2026-11-21 or 2026-11-21T09:00:00Z, not "${text}"`);
}

async function readAnswers(path: string, { nodes }: WorkflowDefinition): Promise<Answers> {
  const given = await readJsonFile(path);
  if (!isJsonObject(given)) throw new CommandFailure(`${path}: must be an object that names nodes`);
  const stranger = Object.keys(given).find((id) => !nodes.some((node) => node.id === id));
  if (stranger !== undefined) {
    const known = nodes.map((node) => node.id).join(', ');
    throw new CommandFailure(`${path}: ${JSON.stringify(stranger)} is no node of the definition; it has ${known}`);
  }
  const parsed = answersSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CommandFailure(`${path}: ${issue?.path.join('.')}: ${issue?.message}`);
}
