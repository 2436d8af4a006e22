import type { FlowInput } from '../../definition/flow-nodes.ts';
import { evaluateCondition } from '../../expression/evaluate-expression.ts';
import type { Names } from '../../expression/names.ts';
import { resolveValue } from '../../expression/resolve-value.ts';
import type { Json } from '../../json.ts';
import { equalJson } from '../equal-json.ts';
import type { Outcome, Site } from './outcome.ts';

export function startSwitch(input: FlowInput<'flow.switch'>, { names }: Site): Outcome {
  const value = input.value === undefined ? null : resolveValue(input.value, names);
  const found = input.cases.find((one) => fits(one, value, names));
  const name = found?.name ?? 'default';
  return { kind: 'leave', port: name, output: { case: name }, input: { value } };
}

function fits(one: FlowInput<'flow.switch'>['cases'][number], value: Json, names: Names): boolean {
  if (one.condition !== undefined) return evaluateCondition(one.condition, names);
  return one.equals !== undefined && equalJson(value, resolveValue(one.equals, names));
}
