#!/usr/bin/env node
/**
 * Starts the command line under the pinned Node. Plain JavaScript, since the Node that reads this file may be too old
 * to run TypeScript: then it starts the Node of the npm package `node` and stands in for it, signals and exit included.
 */
import { spawn } from 'node:child_process';
import module, { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST_MAJOR = 24;
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const compiled = fileURLToPath(new URL('../../node_modules/.cache/mainspring', import.meta.url));

if (Number(process.versions.node.split('.')[0]) >= OLDEST_MAJOR) {
  if (process.channel) dieWithParent();
  keepCompiled();
  await import(main);
  module.flushCompileCache();
} else {
  standInFor(spawn(pinnedNode(), [fileURLToPath(import.meta.url), ...process.argv.slice(2)], childOptions()));
}

/**
 * Keeps compiled code beside the packages. Without it each start, and each thread for itself, takes the types out of
 * every file anew: a third of the time to start, and 30 MB. Where the folder cannot be written, nothing is kept.
 */
function keepCompiled() {
  // Threads look for the variable.
  process.env.NODE_COMPILE_CACHE ??= compiled;
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE);
}

/** The channel carries no message: its end tells the child that this process was killed. */
function childOptions() {
  return { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] };
}

/** A killed stand-in can stop nothing any more, so the child ends as abruptly as it did. */
function dieWithParent() {
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel.unref();
}

function standInFor(child) {
  // A terminal sends Ctrl-C to the whole group, the child included: once is enough.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGQUIT']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`cannot start ${child.spawnfile}: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(signal === null ? code : 128 + constants.signals[signal]));
}

function pinnedNode() {
  const require = createRequire(import.meta.url);
  try {
    return join(dirname(require.resolve('node/package.json')), 'bin', 'node');
  } catch {
    return fail(
      `needs Node ${OLDEST_MAJOR}; this is ${process.versions.node}, and the npm package "node" is not installed: run npm ci`,
    );
  }
}

function fail(message) {
  console.error(`mainspring: ${message}`);
  process.exit(1);
}
