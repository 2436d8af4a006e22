import type { PropertyAccessToken } from 'liquidjs';
import {
  CycleTag,
  type FilteredValueToken,
  ForTag,
  type RangeToken,
  type Template,
  type Token,
  TypeGuards,
  toValueSync,
  Value,
  type ValueToken,
} from 'liquidjs';
import { ExpressionError } from './expression-error.ts';
import { LIMITS } from './limits.ts';

/** What a name that the template itself makes stands for: the items of a list, or anything. */
export type Binding =
  | { readonly kind: 'item'; readonly of: Token; readonly scope: Scope }
  | { readonly kind: 'anything' };
/** Names that the template has made so far, over those of its surroundings. */
export type Scope = ReadonlyMap<string, Binding>;

export type TemplateVisitor = {
  readonly path?: (token: PropertyAccessToken, scope: Scope) => void;
  /** Filters that the library finds only when it renders; all others it has checked itself. */
  readonly filter?: (name: string, token: Token) => void;
  readonly range?: (token: RangeToken) => void;
};

type FilterUse = { readonly args: readonly unknown[] };

/**
 * Goes through all that a parsed template reads, in order. A name that is assigned anywhere in it counts as known
 * everywhere, as it may be asked for before. Throws `limit_exceeded` where blocks nest too deep.
 */
export function walkTemplate(templates: readonly Template[], visitor: TemplateVisitor): void {
  const globals = new Map<string, Binding>();
  for (const pass of [{}, visitor]) {
    for (const template of templates) visitTemplate(template, pass, { globals, blocks: new Map() }, 1);
  }
}

type Names = { readonly globals: Map<string, Binding>; readonly blocks: Scope };

function visitTemplate(template: Template, visitor: TemplateVisitor, names: Names, depth: number): void {
  if (depth > LIMITS.templateDepth) {
    throw new ExpressionError('limit_exceeded', `the template nests deeper than ${LIMITS.templateDepth} blocks`);
  }
  const scope = new Map([...names.globals, ...names.blocks]);
  for (const argument of template.arguments?.() ?? []) visitArgument(argument, visitor, scope);
  if (template instanceof CycleTag) assertPlainGroup(template);
  for (const made of template.localScope?.() ?? []) names.globals.set(made.content, { kind: 'anything' });
  if (!template.children) return;
  const inner = { globals: names.globals, blocks: blockNames(template, names.blocks, scope) };
  const children = toValueSync(template.children(false, true)) as readonly Template[];
  for (const child of children) visitTemplate(child, visitor, inner, depth + 1);
}

function blockNames(template: Template, blocks: Scope, scope: Scope): Scope {
  const inner = new Map(blocks);
  for (const name of template.blockScope?.() ?? []) {
    const isItem = template instanceof ForTag && name === template.variable;
    inner.set(name, isItem ? { kind: 'item', of: template.collection, scope } : { kind: 'anything' });
  }
  return inner;
}

function visitArgument(
  argument: Value | ValueToken | FilteredValueToken,
  visitor: TemplateVisitor,
  scope: Scope,
): void {
  if (argument instanceof Value) visitValue(argument.initial.postfix, argument.filters, visitor, scope);
  else visitToken(argument, visitor, scope);
}

function visitValue(
  operands: readonly Token[],
  filters: readonly FilterUse[],
  visitor: TemplateVisitor,
  scope: Scope,
): void {
  for (const operand of operands) visitToken(operand, visitor, scope);
  for (const filter of filters) {
    for (const arg of filter.args) {
      const token: unknown = Array.isArray(arg) ? arg[1] : arg;
      if (token) visitToken(token as Token, visitor, scope);
    }
  }
}

function visitToken(token: Token, visitor: TemplateVisitor, scope: Scope): void {
  if (TypeGuards.isRangeToken(token)) {
    visitToken(token.lhs, visitor, scope);
    visitToken(token.rhs, visitor, scope);
    visitor.range?.(token);
  } else if (TypeGuards.isPropertyAccessToken(token)) {
    if (token.variable) visitToken(token.variable, visitor, scope);
    for (const prop of token.props) visitToken(prop, visitor, scope);
    visitor.path?.(token, scope);
  } else if (TypeGuards.isFilteredValueToken(token)) {
    for (const filter of token.filters) visitor.filter?.(filter.name, filter);
    visitValue(token.initial.postfix, token.filters, visitor, scope);
  }
}

/** A group that came from data would be turned into text anew in each round, whatever its size. */
function assertPlainGroup(tag: CycleTag): void {
  const group = (tag as unknown as { readonly group?: Token }).group;
  if (!group || TypeGuards.isQuotedToken(group) || TypeGuards.isNumberToken(group)) return;
  throw new ExpressionError(
    'template_syntax',
    'the group of a cycle must be written out, as in {% cycle "rows": "a", "b" %}',
  );
}
