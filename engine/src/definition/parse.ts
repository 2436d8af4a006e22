/** From any foreign value to a definition of today's format, or to every reason why not. */
import { z } from 'zod';
import type { Json, JsonObject } from '../json.ts';
import { guardDocument } from './document-guard.ts';
import { definitionSchema, type WorkflowDefinition } from './format.ts';
import { type Problem, problemAt } from './problem.ts';
import { upgradeDocument } from './upgrade.ts';
import { findingsFromIssues } from './zod-problems.ts';

export type ParseResult =
  | { readonly ok: true; readonly definition: WorkflowDefinition }
  | { readonly ok: false; readonly problems: Problem[] };

/**
 * Reads a document of any known format. Checks its shape alone: what a shape cannot say is for `validateDefinition`.
 * Never throws, whatever it is given. Paths in problems point into the upgraded document.
 */
export function parseDefinition(document: unknown): ParseResult {
  const guarded = guardDocument(document);
  if (!guarded.readable) return { ok: false, problems: [...guarded.problems] };
  const upgraded = upgradeDocument(document as Json);
  if (!upgraded.ok) return { ok: false, problems: [...guarded.problems, upgraded.problem] };
  const parsed = definitionSchema.safeParse(upgraded.document);
  if (parsed.success && guarded.problems.length === 0) return { ok: true, definition: parsed.data };
  const findings = findingsFromIssues(parsed.error?.issues ?? [], {
    document: upgraded.document,
    base: [],
    schema: definitionJsonSchema,
    codes: { missing: 'invalid_value', wrong: 'invalid_value' },
  });
  const found = findings.map((finding) => problemAt(upgraded.document, finding));
  const told = new Set(guarded.problems.map((problem) => problem.path));
  return { ok: false, problems: [...guarded.problems, ...found.filter((problem) => !told.has(problem.path))] };
}

/** JSON Schema of the whole format, for editors and for suggestions. */
const definitionJsonSchema = z.toJSONSchema(definitionSchema, { io: 'input' }) as {
  [key: string]: Json;
} satisfies JsonObject;
