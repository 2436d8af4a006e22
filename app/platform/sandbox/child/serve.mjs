/**
 * The conversation with the host, one JSON object a line: we say `ready`, the host writes one request and closes our
 * input, we say `logged` for each console line and at the end `returned` or `failed`. All of it is synchronous on
 * descriptors that are open already: by then the host has forbidden us to open others.
 */
import { readFileSync, writeSync } from 'node:fs';

const INPUT = 0;
const OUTPUT = 1;

export async function serve(evaluate) {
  say('{"kind":"ready"}');
  const text = readFileSync(INPUT, 'utf8');
  // The host is gone.
  if (text === '') process.exit(0);
  say(await answerTo(evaluate, JSON.parse(text)));
  process.exit(0);
}

async function answerTo(evaluate, request) {
  const log = (level, message) => say(JSON.stringify({ kind: 'logged', level, message }));
  const answer = await evaluate(request, log);
  // The result is JSON text already and may be large: it is put in place as it is.
  if (answer.kind === 'returned') return `{"kind":"returned","result":${answer.json}}`;
  return JSON.stringify(answer);
}

function say(line) {
  let rest = Buffer.from(`${line}\n`);
  while (rest.length > 0) rest = rest.subarray(writeSync(OUTPUT, rest));
}
