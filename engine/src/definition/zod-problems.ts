/** Says in plain words what zod found, with the place in the document and what would be right. */
import type { z } from 'zod';
import type { JsonObject } from '../json.ts';
import { didYouMean } from './did-you-mean.ts';
import { type JsonPath, valueAt } from './json-pointer.ts';
import type { Finding, ProblemCode } from './problem.ts';
import { knownKeys } from './schema-options.ts';
import { shown } from './sound-text.ts';

type Issue = z.core.$ZodIssue;

export type IssueContext = {
  /** The whole document, for names and values. */
  readonly document: unknown;
  /** Where the checked value stands in it. */
  readonly base: JsonPath;
  /** JSON Schema of the checked value, to suggest keys from. */
  readonly schema: JsonObject;
  /** Codes of a value that is not there and of one that does not fit. */
  readonly codes: { readonly missing: ProblemCode; readonly wrong: ProblemCode };
};

/** `base` and a path below it make up the paths of the findings. */
export function findingsFromIssues(issues: readonly Issue[], context: IssueContext): Finding[] {
  return issues.flatMap((issue) => fromIssue(issue, [], context));
}

/** `at` is the place of the union that holds the issue: paths inside a union start there. */
function fromIssue(issue: Issue, at: JsonPath, context: IssueContext): Finding[] {
  const path = [...at, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, path, context));
    case 'invalid_union':
      return fromUnion(issue, path, context);
    case 'invalid_key':
      return [finding(path, `is a key that ${issue.issues.map(wantedBy).join(' and ')}`, context)];
    case 'custom':
      return [finding(path, issue.message, context)];
    default:
      return [wrongValue(path, wantedBy(issue), context, 'values' in issue ? issue.values : [])];
  }
}

function fromUnion(issue: Extract<Issue, { code: 'invalid_union' }>, path: JsonPath, context: IssueContext): Finding[] {
  if ('options' in issue && issue.options !== undefined) {
    return [wrongValue(path, oneOf(issue.options), context, issue.options)];
  }
  const meant = issue.errors.filter((errors) => !errors.some(isAboutTheWhole));
  const nearest = meant.toSorted((one, other) => one.length - other.length)[0];
  if (nearest !== undefined) return nearest.flatMap((inner) => fromIssue(inner, path, context));
  const wanted = [...new Set(issue.errors.flatMap((errors) => errors.filter(isAboutTheWhole).map(wantedBy)))];
  const either = wanted.map((text, index) => (index === 0 ? text : text.replace(/^must be /, ''))).join(', or ');
  const choices = issue.errors.flat().flatMap((inner) => ('values' in inner ? inner.values : []));
  return [wrongValue(path, either, context, choices)];
}

/** An issue that says that a union's option is not meant at all, not that something inside it is wrong. */
function isAboutTheWhole(issue: Issue): boolean {
  return issue.path.length === 0 && issue.code !== 'unrecognized_keys' && issue.code !== 'custom';
}

function wrongValue(path: JsonPath, wanted: string, context: IssueContext, choices: readonly unknown[]): Finding {
  const found = valueAt(context.document, [...context.base, ...path]);
  if (found === undefined) return finding(path, `is missing; it ${wanted}`, context, '', context.codes.missing);
  const hint = typeof found === 'string' ? didYouMean(found, choices.map(String)) : '';
  if (path.at(-1) !== 'type') return finding(path, `${wanted}, not ${shown(found)}`, context, hint);
  return finding(path, `${shown(found)} is unknown; it ${wanted}`, context, hint);
}

function unknownKey(key: string, path: JsonPath, context: IssueContext): Finding {
  const value = valueAt(context.document, [...context.base, ...path]);
  const known = knownKeys(context.schema, valueAt(context.document, context.base), path);
  const unused = known.filter((name) => typeof value === 'object' && value !== null && !Object.hasOwn(value, name));
  const list = known.length === 0 ? '' : ` Known here: ${known.join(', ')}.`;
  return finding([...path, key], 'is not a known key', context, didYouMean(key, unused) || list, 'unknown_key');
}

function finding(
  path: JsonPath,
  what: string,
  { base, codes }: IssueContext,
  hint = '',
  code: ProblemCode = codes.wrong,
): Finding {
  return { code, path: [...base, ...path], what, hint };
}

/** `must be …`, for every kind of issue that is about one value. */
function wantedBy(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${TYPE_WORDS[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return oneOf(issue.values);
    case 'too_big':
      return `must be ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${unitOf(issue.origin)}`;
    case 'too_small':
      return `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${unitOf(issue.origin)}`;
    case 'invalid_format':
      return issue.message.startsWith('must')
        ? issue.message
        : (FORMAT_WORDS[issue.format] ?? `must be a ${issue.format}`);
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'unrecognized_keys':
    case 'invalid_union':
    case 'invalid_key':
    case 'invalid_element':
    case 'custom':
      return issue.message;
  }
}

const TYPE_WORDS: { readonly [expected: string]: string } = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  null: 'null',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  nonoptional: 'given',
};

const FORMAT_WORDS: { readonly [format: string]: string } = { date: 'must be a date such as 2026-12-24' };

function oneOf(values: readonly unknown[]): string {
  return values.length === 1 ? `must be ${shown(values[0])}` : `must be one of ${values.map(String).join(', ')}`;
}

function unitOf(origin: string): string {
  if (origin === 'string') return ' characters long';
  return origin === 'array' ? ' entries long' : '';
}
