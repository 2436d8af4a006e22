import { type PropertyAccessToken, type Token, TypeGuards } from 'liquidjs';
import type { JsonObject } from '../json.ts';
import { ANYTHING, NUMBER_TYPE, TIMESTAMP_TYPE } from './cel-function.ts';
import { absentMessage, isClosedName } from './check-path.ts';
import { compileTemplate } from './compile-template.ts';
import { type ExpressionProblem, type NameTypes, problemOf } from './expression-problem.ts';
import { isTopName, TOP_NAMES } from './names.ts';
import { isTemplate } from './render-template.ts';
import { describeType, fieldOf, itemOf, kindsOf, mayBe } from './schema-type.ts';
import { suggest } from './suggest.ts';
import { type Scope, walkTemplate } from './walk-template.ts';

/**
 * Checks Liquid source against the schemas of what it reads, without rendering it: its syntax, tags and filters, and
 * each path from a top name or from the variable of a `for`.
 */
export function checkTemplate(source: string, types: NameTypes): readonly ExpressionProblem[] {
  if (!isTemplate(source)) return [];
  const problems: ExpressionProblem[] = [];
  const report = (problem: ExpressionProblem): void => void problems.push(problem);
  try {
    walkTemplate(compileTemplate(source), { path: (token, scope) => void pathType(token, scope, types, report) });
    return problems;
  } catch (error) {
    return [...problems, problemOf(error, 'invalid_template')];
  }
}

type Report = (problem: ExpressionProblem) => void;
type Place = { readonly type: JsonObject; readonly path: string; readonly at: number; readonly closed: boolean };

function pathType(token: PropertyAccessToken, scope: Scope, types: NameTypes, report: Report): JsonObject {
  const [root, ...props]: readonly (Token | undefined)[] = token.variable ? [undefined, ...token.props] : token.props;
  const name = nameOf(root);
  if (typeof name !== 'string') return ANYTHING;
  let place = rootPlace(name, token, scope, types, report);
  for (const prop of props) {
    const key = nameOf(prop);
    place =
      key === undefined ? { ...place, type: itemOrAnything(place.type), closed: false } : nextPlace(place, key, report);
  }
  return place.type;
}

function rootPlace(name: string, token: Token, scope: Scope, types: NameTypes, report: Report): Place {
  const at = token.begin;
  const binding = scope.get(name);
  if (binding) {
    const type = binding.kind === 'item' ? itemType(binding.of, binding.scope, types) : ANYTHING;
    return { type, path: name, at, closed: false };
  }
  if (isTopName(name) && Object.hasOwn(types, name)) {
    const type = name === 'now' ? TIMESTAMP_TYPE : (types[name] ?? ANYTHING);
    return { type, path: name, at, closed: isClosedName(name) };
  }
  const known = [...scope.keys(), ...TOP_NAMES.filter((top) => Object.hasOwn(types, top))];
  const message = isTopName(name)
    ? `${name} is not there at this place; names here are ${known.join(', ')}`
    : `${name} is not a name here${suggest(name, known)}; names are ${known.join(', ')}`;
  report({ code: 'unknown_name', message, at });
  return { type: ANYTHING, path: name, at, closed: false };
}

function nextPlace(place: Place, key: string | number, report: Report): Place {
  const next = (type: JsonObject): Place => ({
    type,
    path: typeof key === 'number' ? `${place.path}[${key}]` : `${place.path}.${key}`,
    at: place.at,
    closed: false,
  });
  if (typeof key === 'number' || ((key === 'first' || key === 'last') && kindsOf(place.type)?.has('array'))) {
    return next(itemOrAnything(place.type));
  }
  const field = fieldOf(place.type, key, place.closed);
  if (field.kind === 'found') return next(field.type);
  if (key === 'size' && mayBe(place.type, ['array', 'string', 'object'])) return next(NUMBER_TYPE);
  if (field.kind === 'absent') {
    report({ code: 'unknown_name', message: absentMessage(place.path, key, field.known), at: place.at });
  } else {
    const message = `${place.path}.${key}: ${place.path} is ${describeType(place.type)} and has no fields`;
    report({ code: 'invalid_template', message, at: place.at });
  }
  return next(ANYTHING);
}

/** What a `for` goes over; problems of that path have been told where it stands. */
function itemType(of: Token, scope: Scope, types: NameTypes): JsonObject {
  if (TypeGuards.isRangeToken(of)) return NUMBER_TYPE;
  if (!TypeGuards.isPropertyAccessToken(of)) return ANYTHING;
  return itemOrAnything(pathType(of, scope, types, () => undefined));
}

function itemOrAnything(type: JsonObject): JsonObject {
  const kinds = kindsOf(type);
  return kinds?.has('array') && !kinds.has('object') ? itemOf(type) : ANYTHING;
}

/** The name or number that a part of a path is written as; undefined where it is only known when rendered. */
function nameOf(token: Token | undefined): string | number | undefined {
  if (TypeGuards.isNumberToken(token)) return token.content;
  return TypeGuards.isQuotedToken(token) || TypeGuards.isWordToken(token) ? token.content : undefined;
}
