/** Hands one request to a waiting process and hears it out, within every cap. The process never outlives it. */
import { StringDecoder } from 'node:string_decoder';
import { outputTooLarge, timedOut } from './code-failures.ts';
import { CODE_LIMITS } from './code-limits.ts';
import type { CodeFailure, CodeLog, CodeOutcome, CodeRequest } from './code-outcome.ts';
import { explainExit } from './explain-exit.ts';
import { type Answer, readAnswer } from './read-answer.ts';
import type { SandboxProcess } from './start-process.ts';

const MB = 1024 * 1024;

/** The process stops late code by itself; where it does not, it is killed. */
const GRACE_MS = 500;

/** One more line than the code may write says that there were more. */
const MOST_LOGS = CODE_LIMITS.logLines + 1;

/** A character takes up to six bytes in JSON; the frame of each line is below a hundred. */
const MOST_BYTES = CODE_LIMITS.resultBytes + 6 * CODE_LIMITS.logChars + 100 * MOST_LOGS + 10_000;

/** `inputJson` is the request's input, written out. Rejects with the signal's reason where it is aborted. */
export async function runInProcess(
  process: SandboxProcess,
  request: CodeRequest,
  inputJson: string,
  signal: AbortSignal,
): Promise<CodeOutcome> {
  const logs: CodeLog[] = [];
  const outcome = Promise.withResolvers<CodeOutcome>();
  const fail = (failure: CodeFailure): void => outcome.resolve({ kind: 'failed', logs, ...failure });
  const take = (answer: Answer): void => {
    if (answer.kind === 'logged' && logs.length < MOST_LOGS) logs.push(answer.log);
    if (answer.kind === 'returned') outcome.resolve({ kind: 'returned', result: answer.result, logs });
    if (answer.kind === 'failed') fail(answer.failure);
  };
  const abort = (): void => outcome.reject(signal.reason);
  const timer = setTimeout(() => fail(timedOut(request)), request.timeoutMs + GRACE_MS);
  signal.addEventListener('abort', abort, { once: true });
  listen(process, { line: (line) => take(readAnswer(line, request)), tooMuch: () => fail(outputTooLarge()) });
  void process.gone.then((exit) => fail(explainExit(exit, process.complaint(), request)));
  try {
    if (signal.aborted) abort();
    else process.child.stdin.end(writeRequest(request, inputJson));
    return await outcome.promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    process.kill();
  }
}

function writeRequest({ code, timeoutMs, memoryMb }: CodeRequest, inputJson: string): string {
  const { stackBytes, resultBytes, logLines, logLineChars, logChars } = CODE_LIMITS;
  const caps = { timeoutMs, memoryBytes: memoryMb * MB, stackBytes, resultBytes, logLines, logLineChars, logChars };
  return JSON.stringify({ code, input: inputJson, ...caps });
}

type Listener = { readonly line: (line: string) => void; readonly tooMuch: () => void };

function listen({ child }: SandboxProcess, { line, tooMuch }: Listener): void {
  const decoder = new StringDecoder('utf8');
  let bytes = 0;
  let unread = '';
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) {
      child.stdout.destroy();
      tooMuch();
      return;
    }
    const lines = (unread + decoder.write(chunk)).split('\n');
    unread = lines.pop() ?? '';
    for (const each of lines) line(each);
  });
}
