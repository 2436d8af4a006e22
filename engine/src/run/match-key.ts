import type { Names } from '../expression/names.ts';
import type { Fact } from './event.ts';
export function matchKeyOf(_where: string, _names: Names): string | null {
  return null;
}
export function matchKeys(_event: Fact): readonly string[] {
  return [];
}
