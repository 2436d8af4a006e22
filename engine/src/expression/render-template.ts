import { toValueSync } from 'liquidjs';
import { compileTemplate } from './compile-template.ts';
import { LiquidContext } from './liquid-context.ts';
import { liquid } from './liquid-engine.ts';
import { locateError } from './locate-error.ts';
import type { Names } from './names.ts';
import { storableText } from './storable-text.ts';

/**
 * The text that a Liquid template yields. A missing field is nothing. Throws `ExpressionError` and nothing else.
 *
 * @example renderTemplate("Hi {{ client.first_name | default: 'there' }}", names) // 'Hi Ann'
 */
export function renderTemplate(source: string, names: Names): string {
  if (!isTemplate(source)) return source;
  const templates = compileTemplate(source);
  try {
    const context = new LiquidContext(liquid, names);
    return storableText(String(toValueSync(liquid.renderer.renderTemplates([...templates], context))));
  } catch (error) {
    throw locateError(error, undefined);
  }
}

/** Text without these marks is its own result. */
export function isTemplate(source: string): boolean {
  return source.includes('{{') || source.includes('{%');
}
