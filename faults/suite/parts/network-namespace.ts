/** A network namespace joined to ours by one link, which can be taken down: the cable pulled, with no word to anyone. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export type NetworkNamespace = {
  /** Our end of the link, as those inside call it. */
  readonly hostAddress: string;
  /** Put before a command to run it inside. */
  readonly prefix: readonly string[];
  readonly linkDown: () => Promise<void>;
  readonly linkUp: () => Promise<void>;
  readonly remove: () => Promise<void>;
};

const run = promisify(execFile);

/** Null where this user may not make one. */
export async function makeNetworkNamespace(): Promise<NetworkNamespace | null> {
  const name = `faults${process.pid}`;
  // Names of links have 15 characters at most.
  const [outer, inner] = [`fo${process.pid}`, `fi${process.pid}`];
  const net = `10.213.${process.pid % 250}`;
  const ip = (...args: readonly string[]) => run('ip', args);
  const remove = async () => {
    await ip('link', 'del', outer).catch(() => {});
    await ip('netns', 'del', name).catch(() => {});
  };
  try {
    await ip('netns', 'add', name);
    await ip('link', 'add', outer, 'type', 'veth', 'peer', 'name', inner, 'netns', name);
    await ip('addr', 'add', `${net}.1/24`, 'dev', outer);
    await ip('link', 'set', outer, 'up');
    await ip('-n', name, 'addr', 'add', `${net}.2/24`, 'dev', inner);
    await ip('-n', name, 'link', 'set', inner, 'up');
    await ip('-n', name, 'link', 'set', 'lo', 'up');
  } catch {
    await remove();
    return null;
  }
  return {
    hostAddress: `${net}.1`,
    prefix: ['ip', 'netns', 'exec', name],
    linkDown: async () => void (await ip('link', 'set', outer, 'down')),
    linkUp: async () => {
      await ip('link', 'set', outer, 'up');
      // Taking a link down forgets no address of ours, but the inner side may need a moment to agree.
      await ip('-n', name, 'link', 'set', inner, 'up');
    },
    remove,
  };
}
