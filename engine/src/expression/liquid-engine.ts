import {
  AssignTag,
  BreakTag,
  CaptureTag,
  CaseTag,
  CommentTag,
  type Context,
  ContinueTag,
  CycleTag,
  DecrementTag,
  Drop,
  defaultOperators,
  EchoTag,
  type Emitter,
  evalToken,
  ForTag,
  IfTag,
  IncrementTag,
  InlineCommentTag,
  Liquid,
  RawTag,
  type Template,
  UnlessTag,
} from 'liquidjs';
import { equals } from './cel-operators.ts';
import { type CelValue, isList } from './cel-value.ts';
import { ExpressionError } from './expression-error.ts';
import { assertTextLength, type Frame, KEY_STEPS, spend } from './frame.ts';
import { LIMITS } from './limits.ts';
import { LiquidContext, plainValue } from './liquid-context.ts';
import type { LiquidFilter } from './liquid-filter.ts';
import { liquidFilters } from './liquid-filters.ts';
import { liquidText } from './liquid-text.ts';
import { locateError } from './locate-error.ts';

/** What one part of a template costs beside what it reads and writes. */
const PART_STEPS = 20;
const FILTER_STEPS = 10;

type Rendering = Generator<unknown, void, unknown>;

/** Goes over lists as the library does, and charges for the copies it makes of them. */
class BoundedForTag extends ForTag {
  override *render(context: Context, emitter: Emitter): ReturnType<ForTag['render']> {
    const collection: unknown = yield evalToken(this.collection, context);
    spend(frameOf(context), 2 * shallowSize(collection));
    return yield* super.render(context, emitter);
  }
}

/** Compares plain values only: comparing whole lists in each branch would cost more than it says. */
class BoundedCaseTag extends CaseTag {
  override *render(context: Context, emitter: Emitter): Rendering {
    const value: unknown = yield this.value.value(context);
    if (Array.isArray(plainValue(value))) {
      throw new ExpressionError('expression_type', 'case takes a text, a number or a boolean, got a list');
    }
    yield* super.render(context, emitter);
  }
}

/** No tag reads files, other templates or the clock, and none runs longer than what it goes over. */
const TAGS = {
  '#': InlineCommentTag,
  assign: AssignTag,
  break: BreakTag,
  capture: CaptureTag,
  case: BoundedCaseTag,
  comment: CommentTag,
  continue: ContinueTag,
  cycle: CycleTag,
  decrement: DecrementTag,
  echo: EchoTag,
  for: BoundedForTag,
  if: IfTag,
  increment: IncrementTag,
  raw: RawTag,
  unless: UnlessTag,
};

export const TAG_NAMES: readonly string[] = Object.keys(TAGS);

export const liquid: Liquid = buildEngine();

/** Where a template writes: one text that may not grow past the limit. */
export class BoundedEmitter implements Emitter {
  buffer = '';
  readonly #frame: Frame;
  constructor(frame: Frame) {
    this.#frame = frame;
  }
  write(value: unknown): void {
    const text = liquidText(plainValue(value), this.#frame);
    assertTextLength(this.buffer.length + text.length);
    spend(this.#frame, text.length >> 3);
    this.buffer += text;
  }
}

function buildEngine(): Liquid {
  const engine = new Liquid({
    strictFilters: true,
    ownPropertyOnly: true,
    parseLimit: LIMITS.templateChars,
    cache: false,
    templates: {},
    operators: { ...defaultOperators, '==': sameValue, '!=': differentValue, contains: containsValue },
  });
  for (const name of Object.keys(engine.tags)) delete engine.tags[name];
  for (const name of Object.keys(engine.filters)) engine.unregisterFilter(name);
  for (const [name, tag] of Object.entries(TAGS)) engine.registerTag(name, tag);
  for (const [name, filter] of liquidFilters) engine.registerFilter(name, bounded(filter));
  return Object.assign(engine, { renderer: Object.assign(engine.renderer, { renderTemplates }) });
}

/** Renders the parts of a template one after the other. Every block of every tag comes through here. */
function* renderTemplates(
  templates: readonly Template[],
  context: Context,
  emitter: Emitter = new BoundedEmitter(frameOf(context)),
): IterableIterator<unknown> {
  for (const template of templates) {
    try {
      spend(frameOf(context), PART_STEPS);
      const text: unknown = yield template.render(context, emitter);
      if (text !== undefined && text !== null) emitter.write(text);
    } catch (error) {
      throw locateError(error, template.token);
    }
    if (context.breakCalled || context.continueCalled) break;
  }
  return emitter.buffer;
}

function bounded(filter: LiquidFilter) {
  return function apply(this: { readonly context: Context }, input: unknown, ...args: unknown[]): CelValue {
    const frame = frameOf(this.context);
    const values = [input, ...args].map(plainValue);
    for (const value of values) spend(frame, FILTER_STEPS + shallowSize(value));
    return filter(values[0] ?? null, values.slice(1), frame);
  };
}

function* sameValue(left: unknown, right: unknown, context: Context): Generator<unknown, boolean, unknown> {
  return (yield isSame(left, right, context)) === true;
}

function* differentValue(left: unknown, right: unknown, context: Context): Generator<unknown, boolean, unknown> {
  return !(yield isSame(left, right, context));
}

/** `empty`, `blank` and `nil` know themselves what equals them; all else is compared as data. */
function* isSame(left: unknown, right: unknown, context: Context): Generator<unknown, boolean, unknown> {
  const frame = frameOf(context);
  spend(frame, shallowSize(left) + shallowSize(right));
  if (left instanceof Drop || right instanceof Drop)
    return (yield defaultOperators['==']?.(left, right, context)) === true;
  return equals(plainValue(left), plainValue(right), frame);
}

function* containsValue(left: unknown, right: unknown, context: Context): Generator<unknown, boolean, unknown> {
  const frame = frameOf(context);
  const [whole, part] = [plainValue(left), plainValue(right)];
  spend(frame, shallowSize(whole));
  if (isList(whole)) return whole.some((item) => equals(item, part, frame));
  return typeof whole === 'string' && whole.includes(liquidText(part, frame));
}

function frameOf(context: Context): Frame {
  if (context instanceof LiquidContext) return context.frame;
  throw new Error('a template was rendered outside of its context');
}

function shallowSize(value: unknown): number {
  if (typeof value === 'string') return value.length >> 3;
  if (Array.isArray(value)) return value.length;
  return typeof value === 'object' && value !== null && !(value instanceof Drop)
    ? KEY_STEPS * Object.keys(value).length
    : 0;
}
