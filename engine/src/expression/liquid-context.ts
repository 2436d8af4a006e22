import { Context, Drop, type Liquid, toValue } from 'liquidjs';
import type { CelValue } from './cel-value.ts';
import { type Frame, KEY_STEPS, newFrame, spend } from './frame.ts';
import type { Names } from './names.ts';

const FORLOOP_FIELDS = ['index', 'index0', 'first', 'last', 'length', 'rindex', 'rindex0'];

/** What one rendering of a template works in: the names it sees, and its fuel. Reads own fields of plain data only. */
export class LiquidContext extends Context {
  readonly frame: Frame;

  constructor(liquid: Liquid, names: Names) {
    super(scopeOf(names), liquid.options, { sync: true }, { liquid });
    this.frame = newFrame(names);
  }

  override readProperty(holder: unknown, key: unknown): unknown {
    const name: unknown = toValue(key);
    if (typeof name !== 'string' && typeof name !== 'number') return undefined;
    if (holder instanceof Drop) return readForloop(holder, name);
    if (Array.isArray(holder)) return readList(holder, name);
    if (typeof holder === 'string') return name === 'size' ? holder.length : undefined;
    if (typeof holder !== 'object' || holder === null) return undefined;
    if (Object.hasOwn(holder, name)) return (holder as Record<string, unknown>)[name];
    return name === 'size' ? this.#countKeys(holder) : undefined;
  }

  #countKeys(holder: object): number {
    const { length } = Object.keys(holder);
    spend(this.frame, KEY_STEPS * length);
    return length;
  }
}

/** A value of a template without the library's own wrappers around `empty`, `blank` and `nil`. */
export function plainValue(value: unknown): CelValue {
  return (toValue(value) ?? null) as CelValue;
}

function scopeOf(names: Names): object {
  const scope: Record<string, unknown> = Object.assign(Object.create(null), names);
  scope.now = new Date(names.now).toISOString();
  return scope;
}

function readForloop(loop: object, name: string | number): unknown {
  if (!FORLOOP_FIELDS.includes(String(name)) || !(name in loop)) return undefined;
  const field = (loop as Record<string | number, unknown>)[name];
  return typeof field === 'function' ? field.call(loop) : field;
}

function readList(list: readonly unknown[], name: string | number): unknown {
  if (name === 'size') return list.length;
  if (name === 'first') return list[0];
  if (name === 'last') return list.at(-1);
  const place = typeof name === 'number' ? name : /^-?\d{1,9}$/.test(name) ? Number(name) : Number.NaN;
  return Number.isInteger(place) ? list.at(place) : undefined;
}
