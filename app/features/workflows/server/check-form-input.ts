import type { TriggerOf } from '@mainspring/engine/definition/format.ts';
import { isJsonObject, type Json } from '@mainspring/engine/json.ts';
import type { ErrorProblem } from '../../../platform/errors/app-error.ts';

export type Field = NonNullable<TriggerOf<'manual'>['form']>[number];

export type FormInput =
  | { readonly kind: 'fits'; readonly input: Json }
  | { readonly kind: 'misfit'; readonly problems: readonly ErrorProblem[] };

/** Holds input against the fields asked for and fills in defaults. What the form does not ask for passes as it is. */
export function checkFormInput(form: readonly Field[], input: Json): FormInput {
  if (form.length === 0) return { kind: 'fits', input };
  if (!isJsonObject(input)) {
    return { kind: 'misfit', problems: [{ path: '/input', message: 'must be an object with the fields of the form' }] };
  }
  const defaults = form.flatMap((field) =>
    field.default !== undefined && !Object.hasOwn(input, field.name) ? [[field.name, field.default] as const] : [],
  );
  const filled = { ...input, ...Object.fromEntries(defaults) };
  const problems = form.flatMap((field) =>
    checkField(field, Object.hasOwn(filled, field.name) ? filled[field.name] : undefined),
  );
  return problems.length > 0 ? { kind: 'misfit', problems } : { kind: 'fits', input: filled };
}

function checkField(field: Field, value: Json | undefined): readonly ErrorProblem[] {
  const path = `/input/${field.name}`;
  if (value === undefined || value === null || value === '') {
    return field.required ? [{ path, message: `is missing; it must be ${expected(field)}` }] : [];
  }
  return fits(field, value) ? [] : [{ path, message: `must be ${expected(field)}` }];
}

function fits(field: Field, value: Json): boolean {
  const type = field.type ?? 'text';
  switch (type) {
    case 'text':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'date':
      return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}/.test(value) && !Number.isNaN(Date.parse(value));
    case 'choice':
      return typeof value === 'string' && (field.options ?? []).includes(value);
    case 'json':
      return true;
  }
}

function expected(field: Field): string {
  const type = field.type ?? 'text';
  switch (type) {
    case 'text':
      return 'text';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'true or false';
    case 'date':
      return 'a date such as 2026-11-21';
    case 'choice':
      return `one of ${(field.options ?? []).map((option) => `"${option}"`).join(', ')}`;
    case 'json':
      return 'any value';
  }
}
