/** Where a command writes, and what can be shown there. */
export type Terminal = {
  readonly line: (text: string) => void;
  readonly problem: (text: string) => void;
  /** False: neither colour nor signs beyond ASCII, so that files and pipes stay plain. */
  readonly rich: boolean;
};

type Stream = { readonly isTTY?: boolean; readonly write: (text: string) => unknown };

/** `NO_COLOR` of any content but the empty text asks for plain output, see https://no-color.org. */
export function createTerminal(
  streams: { readonly stdout: Stream; readonly stderr: Stream },
  env: { readonly [name: string]: string | undefined },
): Terminal {
  return {
    line: (text) => void streams.stdout.write(`${text}\n`),
    problem: (text) => void streams.stderr.write(`${text}\n`),
    rich: streams.stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb',
  };
}
