import type { JsonObject } from '../json.ts';
import { ANYTHING } from './cel-function.ts';
import type { Checker, CheckScope } from './checker.ts';
import { type AccessNode, isOptional } from './compile-path.ts';
import { type ASTNode, textOf } from './parse-expression.ts';
import { describeType, fieldOf, itemOf, mayBe, unionOf } from './schema-type.ts';
import { suggest } from './suggest.ts';

/** Names whose listed fields are all there are, unless their schema says otherwise. */
const CLOSED_NAMES: readonly string[] = ['steps', 'loops'];

/** The type that a path leads to; a field that the schema rules out is an unknown name. */
export function checkAccess(node: AccessNode, scope: CheckScope, checker: Checker): JsonObject {
  const holder = checker.check(node.args[0], scope);
  const type = accessType(node, holder, scope, checker);
  return isOptional(node) ? unionOf([type, { type: 'null' }]) : type;
}

function accessType(node: AccessNode, holder: JsonObject, scope: CheckScope, checker: Checker): JsonObject {
  if (node.op === '.' || node.op === '.?') return checkField(node, holder, node.args[1], scope, checker);
  const key = node.args[1];
  const keyType = checker.check(key, scope);
  if (key.op === 'value' && typeof key.args === 'string') return checkField(node, holder, key.args, scope, checker);
  if (!mayBe(holder, ['array', 'object'])) {
    report(
      node,
      checker,
      `${textOf(node)}: ${textOf(node.args[0])} is ${describeType(holder)}, not a list or an object`,
    );
  } else if (!mayBe(keyType, ['number', 'string'])) {
    report(node, checker, `${textOf(node)}: ${textOf(key)} is ${describeType(keyType)}, not a number or text`);
  } else if (!mayBe(holder, ['object'])) {
    if (!mayBe(keyType, ['number'])) report(node, checker, `${textOf(node)}: a list is read by number, not by text`);
    return itemOf(holder);
  }
  return ANYTHING;
}

function checkField(
  node: AccessNode,
  holder: JsonObject,
  name: string,
  scope: CheckScope,
  checker: Checker,
): JsonObject {
  const field = fieldOf(holder, name, isClosed(node.args[0], scope));
  const path = textOf(node.args[0]);
  switch (field.kind) {
    case 'found':
      return field.type;
    case 'absent':
      checker.report({ code: 'unknown_name', message: absentMessage(path, name, field.known), at: node.start });
      return ANYTHING;
    case 'no-fields':
      report(node, checker, `${path}.${name}: ${path} is ${describeType(holder)} and has no fields`);
      return ANYTHING;
  }
}

/** Says that `path` has no field `name`, and which it has. */
export function absentMessage(path: string, name: string, known: readonly string[]): string {
  const hint = suggest(name, known);
  const list =
    known.length === 0 ? 'it has none' : `it has ${known.slice(0, 10).join(', ')}${known.length > 10 ? ', …' : ''}`;
  return `${path} has no field ${JSON.stringify(name)}${hint === '' ? `; ${list}` : hint}`;
}

export function isClosedName(name: string): boolean {
  return CLOSED_NAMES.includes(name);
}

function isClosed(node: ASTNode, scope: CheckScope): boolean {
  return node.op === 'id' && !scope.has(node.args) && isClosedName(node.args);
}

function report(node: ASTNode, checker: Checker, message: string): void {
  checker.report({ code: 'invalid_expression', message, at: node.start });
}
