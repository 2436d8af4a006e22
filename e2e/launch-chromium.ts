import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';

/**
 * Starts a headless Chromium that came with npm: nothing is downloaded, and no library is needed of the system beyond
 * those of C. Runs as root too. The caller closes it.
 */
export async function launchChromium(): Promise<Browser> {
  const folder = await unpack();
  return chromium.launch({
    executablePath: join(folder, 'chromium'),
    args: ['--headless', '--no-sandbox', '--no-zygote', '--disable-gpu'],
    env: { ...process.env, LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'), FONTCONFIG_PATH: join(folder, 'fonts') },
  });
}

const CACHE = join(import.meta.dirname, '../node_modules/.cache');

/**
 * Unpacks the browser once a version. It appears whole or not at all: of two that unpack at the same time, one wins,
 * and what a killed one left behind is never used.
 */
async function unpack(): Promise<string> {
  const require = createRequire(import.meta.url);
  const entry = require.resolve('@sparticuz/chromium');
  const { version } = require(join(entry, '../../../package.json')) as { version: string };
  const folder = join(CACHE, `chromium-${version}`);
  if (await exists(folder)) return folder;
  await mkdir(CACHE, { recursive: true });
  const staging = await mkdtemp(`${folder}-`);
  // The package unpacks into TMPDIR, with its libraries only where it believes itself on Lambda: so in a process apart.
  const source = `const { default: chromium } = await import(${JSON.stringify(pathToFileURL(entry).href)}); await chromium.executablePath();`;
  const env = { ...process.env, TMPDIR: staging, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' };
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', source], { env });
  try {
    await rename(staging, folder);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    if (!(await exists(folder))) throw error;
  }
  return folder;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
