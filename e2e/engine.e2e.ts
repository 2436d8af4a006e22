/** The engine answers in a browser, byte for byte, what it answers in Node. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createOfflineActions } from '@mainspring/app/server/offline-actions.ts';
import type { Json } from '@mainspring/engine/json.ts';
import type { Browser } from 'playwright-core';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, engineAnswers, type Given } from './engine-answers.ts';
import { launchChromium } from './launch-chromium.ts';

const EXAMPLES = join(import.meta.dirname, '../examples');

function readGiven(): Given {
  const read = (file: string) => JSON.parse(readFileSync(join(EXAMPLES, file), 'utf8')) as Json;
  const names = readdirSync(EXAMPLES)
    .filter((file) => file.endsWith('.input.json'))
    .map((file) => file.slice(0, -'.input.json'.length));
  const documents = names.map((name) => ({ name, document: read(`${name}.json`), input: read(`${name}.input.json`) }));
  const nodes = documents.flatMap(({ document }) => (document as { nodes: { type: string }[] }).nodes);
  const { catalogue } = createOfflineActions();
  const actions = [...new Set(nodes.map(({ type }) => type))].flatMap((type) => catalogue.find(type) ?? []);
  return { documents, actions };
}

const given = readGiven();
const inNode = engineAnswers(given);

/** One script that leaves `engine` behind. Fails at whatever a browser does not have, such as `node:` modules. */
async function bundleEngine(): Promise<string> {
  const bundle = await rolldown({
    input: join(import.meta.dirname, 'engine-answers.ts'),
    platform: 'browser',
    onLog: (level, log) => {
      if (level === 'warn') throw new Error(log.message);
    },
  });
  const { output } = await bundle.generate({ format: 'iife', name: 'engine', minify: true });
  await bundle.close();
  return output[0].code;
}

let browser: Browser;
let inBrowser: readonly Answer[];

beforeAll(async () => {
  browser = await launchChromium();
  const page = await browser.newPage();
  await page.addScriptTag({ content: await bundleEngine() });
  inBrowser = await page.evaluate((givenText) => {
    const { engine } = globalThis as unknown as { engine: { engineAnswers: typeof engineAnswers } };
    return engine.engineAnswers(JSON.parse(givenText));
  }, JSON.stringify(given));
});
afterAll(() => browser?.close());

describe('in Chromium the engine answers as in Node', () => {
  test('each question of the table', () => {
    expect(inBrowser.map(({ name }) => name)).toEqual(inNode.map(({ name }) => name));
    expect(inBrowser.length).toBeGreaterThan(400);
  });

  test('nothing is thrown but what the engine says it throws', () => {
    const thrown = inBrowser.flatMap(({ answer }) => JSON.parse(answer).threw?.name ?? []);
    expect(new Set(thrown)).toEqual(new Set(['ExpressionError', 'ScheduleError']));
  });

  test.each(inNode.map(({ name, answer }, index) => [name.slice(0, 120), answer, index] as const))(
    '%s',
    (_name, answer, index) => {
      expect(inBrowser[index]?.answer).toBe(answer);
    },
  );
});

test('every example reads, checks and completes in both', () => {
  const answers = new Map(inBrowser.map(({ name, answer }) => [name, JSON.parse(answer)]));
  for (const { name } of given.documents) {
    expect(answers.get(`${name} as it is read`)).toMatchObject({ value: { ok: true } });
    expect(answers.get(`${name} as it is checked`)).toEqual({ value: [] });
    const { ends } = answers.get(`${name} simulated`).value;
    expect(ends.map((end: { status: string }) => end.status)).toEqual(['completed', 'completed', 'completed']);
  }
});
