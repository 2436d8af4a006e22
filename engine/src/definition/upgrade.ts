/** Brings a document of an older format to the one that this engine reads, step by step. */
import { isJsonObject, type Json } from '../json.ts';
import { didYouMean } from './did-you-mean.ts';
import { FORMAT } from './format.ts';
import type { Problem } from './problem.ts';

export type UpgradeStep = {
  /** The format of what `upgrade` returns. */
  readonly to: string;
  readonly upgrade: (document: Json) => Json;
};
/** From each older format, the one step that leads on towards the newest. */
export type UpgradeTable = { readonly [from: string]: UpgradeStep };

/** Empty as long as there is only one format. */
const STEPS: UpgradeTable = {};

export type UpgradeResult =
  | { readonly ok: true; readonly document: Json }
  | { readonly ok: false; readonly problem: Problem };

/** Answers the document in format `newest`, or why it cannot be read. Documents that are current come back as they are. */
export function upgradeDocument(document: Json, steps: UpgradeTable = STEPS, newest: string = FORMAT): UpgradeResult {
  if (!isJsonObject(document)) return refuse('', 'The document must be an object that holds a workflow definition.');
  const { format } = document;
  // The schema says that it is missing, together with all else that is wrong.
  if (format === undefined) return { ok: true, document };
  if (typeof format !== 'string') return refuse('/format', `The document's format must be the text '${newest}'.`);
  let current: Json = document;
  let reached = format;
  for (let taken = 0; reached !== newest; taken++) {
    const step = Object.hasOwn(steps, reached) ? steps[reached] : undefined;
    if (step === undefined || taken > Object.keys(steps).length)
      return refuse('/format', unknownFormat(format, steps, newest));
    current = step.upgrade(current);
    reached = step.to;
  }
  return { ok: true, document: current };
}

function unknownFormat(format: string, steps: UpgradeTable, newest: string): string {
  const known = [...Object.keys(steps), newest];
  const shown = format.length > 100 ? `${format.slice(0, 100)}…` : format;
  const [name, version] = newest.split('@');
  const [, future] = format.split('@');
  if (format.startsWith(`${name}@`) && Number(future) > Number(version)) {
    return `The document's format '${shown}' is newer than this engine, which reads up to '${newest}'.`;
  }
  return `The document's format '${shown}' is unknown; it must be '${known.join("' or '")}'.${didYouMean(format, known)}`;
}

function refuse(path: string, message: string): UpgradeResult {
  return { ok: false, problem: { code: 'invalid_document', path, nodeId: null, message, severity: 'error' } };
}
