import { randomUUID } from 'node:crypto';
import type { WorkflowDefinition } from '@mainspring/engine/definition/format.ts';
import { Command } from 'commander';
import { CommandFailure } from '../command-failure.ts';
import { createTracePrinter } from '../print-trace.ts';
import { readJsonFile } from '../read-json-file.ts';
import { readSoundDefinition } from '../read-sound-definition.ts';
import type { Terminal } from '../terminal.ts';

type Options = { readonly input?: string; readonly runId?: string };

/** `run FILE`: carries a definition out durably and prints its trace; exits 1 where the run does not complete. */
export function runCommand(terminal: Terminal, env: NodeJS.ProcessEnv): Command {
  return new Command('run')
    .description('run a workflow definition durably and print what each step did')
    .argument('<file>', 'a definition of the format mainspring/workflow@1')
    .option('--input <file>', 'JSON that the run sees as event.data')
    .option('--run-id <name>', 'name of the run; called again with the same name, it goes on where it was')
    .action(async (file: string, options: Options) => {
      const definition = await readSoundDefinition(file, terminal);
      const input = options.input === undefined ? {} : await readJsonFile(options.input);
      const name = options.runId ?? randomUUID();
      if (name.trim() === '') throw new CommandFailure('--run-id must not be empty');
      if (options.runId === undefined) terminal.problem(`run id ${name}`);
      await run({ file, definition, input, name }, terminal, env);
    });
}

async function run(
  what: {
    readonly file: string;
    readonly definition: WorkflowDefinition;
    readonly input: Awaited<ReturnType<typeof readJsonFile>>;
    readonly name: string;
  },
  terminal: Terminal,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const { runDefinition } = await import('@mainspring/app/server/run-definition.ts');
  const types = new Map(what.definition.nodes.map((node) => [node.id, node.type]));
  const trace = createTracePrinter({ terminal, typeOf: (id) => types.get(id) ?? '', now: () => new Date() });
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  const { file, ...given } = what;
  const result = await runDefinition({
    ...given,
    env,
    signal: interruption.signal,
    onSteps: trace.steps,
    onNewApiKey: (key) => terminal.problem(`this made a new database; its API key, shown only this once: ${key}`),
    onBorrowed: () =>
      terminal.problem('another process holds the data folder: it may carry out steps too, by its own settings'),
    onOtherDefinition: () =>
      terminal.problem(`${what.name} goes on with the definition that it began with; ${file} is another one now`),
  }).catch(explain);
  if (result === undefined) throw new CommandFailure(`stopped; --run-id ${what.name} goes on with it`);
  trace.end({ status: result.status, error: result.error ?? parkedError(result.parked) });
  if (result.status !== 'completed') throw new CommandFailure(`run ${what.name} did not complete`);
}

async function explain(error: unknown): Promise<never> {
  const { explainFailure } = await import('@mainspring/app/server/explain-failure.ts');
  throw new CommandFailure(explainFailure(error));
}

function parkedError(parked: { readonly code: string; readonly message: string } | null) {
  return parked === null ? null : { ...parked, nodeId: null };
}
