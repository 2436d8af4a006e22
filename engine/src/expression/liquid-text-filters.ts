import { assertTextLength, boundedText, type Frame } from './frame.ts';
import { countArg, type LiquidFilter, textArg } from './liquid-filter.ts';
import { liquidText } from './liquid-text.ts';
import { stripHtml } from './strip-html.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

export const textFilters: Readonly<Record<string, LiquidFilter>> = {
  upcase: onText((text) => text.toUpperCase()),
  downcase: onText((text) => text.toLowerCase()),
  capitalize: onText((text) => text.charAt(0).toUpperCase() + text.slice(1).toLowerCase()),
  strip: onText((text) => text.trim()),
  lstrip: onText((text) => text.trimStart()),
  rstrip: onText((text) => text.trimEnd()),
  squish: onText((text) => text.trim().replaceAll(/\s+/g, ' ')),
  normalize_whitespace: onText((text) => text.replaceAll(/\s+/g, ' ')),
  strip_newlines: onText((text) => text.replaceAll('\r\n', '').replaceAll('\n', '')),
  newline_to_br: onText((text) => text.replaceAll('\r\n', '\n').replaceAll('\n', '<br />\n')),
  strip_html: onText(stripHtml),
  escape: onText(escapeHtml),
  h: onText(escapeHtml),
  xml_escape: onText(escapeHtml),
  escape_once: onText((text) => text.replaceAll(/&(?!(?:[a-zA-Z]{2,10}|#\d{1,7}|#x[\da-fA-F]{1,6});)|[<>"']/g, entity)),
  url_encode: onText((text) => encodeURIComponent(text.toWellFormed()).replaceAll('%20', '+')),
  url_decode: onText((text) => decodeURIComponent(text.replaceAll('+', ' '))),
  slugify: onText((text) => trimDashes(text.toLowerCase().replaceAll(/[^\p{M}\p{L}\p{Nd}]+/gu, '-'))),
  number_of_words: (input, _args, frame) => words(liquidText(input, frame)).length,
  append: (input, args, frame) => joined(liquidText(input, frame), textArg(args, 0, frame), frame),
  prepend: (input, args, frame) => joined(textArg(args, 0, frame), liquidText(input, frame), frame),
  replace: (input, args, frame) => replaceAll(liquidText(input, frame), args, frame),
  remove: (input, args, frame) => replaceAll(liquidText(input, frame), [args[0] ?? null], frame),
  replace_first: (input, args, frame) => replaceOne(liquidText(input, frame), args, frame, 'first'),
  remove_first: (input, args, frame) => replaceOne(liquidText(input, frame), [args[0] ?? null], frame, 'first'),
  replace_last: (input, args, frame) => replaceOne(liquidText(input, frame), args, frame, 'last'),
  remove_last: (input, args, frame) => replaceOne(liquidText(input, frame), [args[0] ?? null], frame, 'last'),
  split: (input, args, frame) => split(liquidText(input, frame), textArg(args, 0, frame)),
  truncate: (input, args, frame) =>
    truncate(liquidText(input, frame), countArg(args[0], 50), args[1] === undefined ? '...' : textArg(args, 1, frame)),
  truncatewords: (input, args, frame) =>
    truncateWords(
      liquidText(input, frame),
      countArg(args[0], 15),
      args[1] === undefined ? '...' : textArg(args, 1, frame),
    ),
};

function onText(change: (text: string) => string): LiquidFilter {
  return (input, _args, frame) => boundedText(frame, change(liquidText(input, frame)));
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, entity);
}

function entity(char: string): string {
  return ENTITIES[char] ?? char;
}

function trimDashes(text: string): string {
  return text.slice(text.startsWith('-') ? 1 : 0, text.length > 1 && text.endsWith('-') ? -1 : undefined);
}

function words(text: string): readonly string[] {
  const trimmed = text.trim();
  return trimmed === '' ? [] : trimmed.split(/\s+/);
}

function joined(left: string, right: string, frame: Frame): string {
  assertTextLength(left.length + right.length);
  return boundedText(frame, left + right);
}

function replaceAll(text: string, args: Parameters<LiquidFilter>[1], frame: Frame): string {
  const from = textArg(args, 0, frame);
  const to = textArg(args, 1, frame);
  const parts = text.split(from);
  assertTextLength(text.length + (parts.length - 1) * (to.length - from.length));
  return boundedText(frame, parts.join(to));
}

function replaceOne(text: string, args: Parameters<LiquidFilter>[1], frame: Frame, which: 'first' | 'last'): string {
  const from = textArg(args, 0, frame);
  const at = which === 'first' ? text.indexOf(from) : text.lastIndexOf(from);
  if (at < 0) return text;
  return joined(text.slice(0, at) + textArg(args, 1, frame), text.slice(at + from.length), frame);
}

/** Empty texts at the end are left off, as Liquid has it. */
function split(text: string, separator: string): readonly string[] {
  const parts = text.split(separator);
  return parts.slice(0, parts.findLastIndex((part) => part !== '') + 1);
}

function truncate(text: string, length: number, ending: string): string {
  const chars = [...text];
  if (chars.length <= length) return text;
  return chars.slice(0, Math.max(0, length - [...ending].length)).join('') + ending;
}

function truncateWords(text: string, count: number, ending: string): string {
  const all = words(text);
  const most = Math.max(1, count);
  return all.length <= most ? text : all.slice(0, most).join(' ') + ending;
}
