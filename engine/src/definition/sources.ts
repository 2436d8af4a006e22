/** Finds what a node's input asks to be computed: expressions, conditions and templates, each with its place. */
import { isTemplate } from '../expression/render-template.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import type { JsonPath } from './json-pointer.ts';
import { isLiteral } from './literal-places.ts';
import { optionsBelow, optionsFor } from './schema-options.ts';

export type Source = {
  /** `condition` must say yes or no, `expression` yields any value, `template` yields text. */
  readonly kind: 'condition' | 'expression' | 'template';
  readonly source: string;
  /** Below the input. */
  readonly path: JsonPath;
};

/**
 * Every source in `input`. Bare text is an expression where the schema says `format: 'expression'`, else a template.
 * What the schema calls literal is neither.
 */
export function sourcesOf(input: Json, schema: JsonObject): readonly Source[] {
  const found: Source[] = [];
  const pending: Visit[] = [{ value: input, options: optionsFor(schema, input), path: [] }];
  for (let visit = pending.pop(); visit !== undefined; visit = pending.pop()) {
    if (visit.options.some(isLiteral)) continue;
    const source = sourceAt(visit);
    if (source !== null) found.push(source);
    else pending.push(...childrenOf(visit).reverse());
  }
  return found;
}

/** True for `{ "$": … }`: the key alone makes it an expression, so that a mistaken one is not passed on as data. */
export function claimsExpression(value: Json): value is { readonly $: Json } {
  return isJsonObject(value) && Object.hasOwn(value, '$');
}

type Visit = { readonly value: Json; readonly options: readonly JsonObject[]; readonly path: JsonPath };

function sourceAt({ value, options, path }: Visit): Source | null {
  if (typeof value === 'string') {
    const bare = options.find((option) => option.format === 'expression');
    if (bare !== undefined)
      return { kind: bare.yields === 'boolean' ? 'condition' : 'expression', source: value, path };
    return isTemplate(value) ? { kind: 'template', source: value, path } : null;
  }
  if (!claimsExpression(value) || typeof value.$ !== 'string') return null;
  return { kind: 'expression', source: value.$, path: [...path, '$'] };
}

function childrenOf({ value, options, path }: Visit): Visit[] {
  if (typeof value !== 'object' || value === null) return [];
  const entries: [string | number, Json][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.map(([key, child]) => ({
    value: child,
    options: optionsBelow(options, key, child),
    path: [...path, key],
  }));
}
