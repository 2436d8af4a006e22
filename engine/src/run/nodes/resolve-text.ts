import type { Names } from '../../expression/names.ts';
import { resolveValue } from '../../expression/resolve-value.ts';
import type { Json } from '../../json.ts';
import { StepInputError } from '../step-input-error.ts';

/** A field that must come out as text, such as a duration. `field` names it in the message. */
export function resolveText(value: Json, names: Names, field: string): string {
  const text = resolveValue(value, names);
  if (typeof text === 'string') return text;
  throw new StepInputError(`'${field}' must be text, but its expression gave ${JSON.stringify(text)?.slice(0, 100)}.`);
}
